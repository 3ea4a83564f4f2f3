import type { components } from "./generated/api.ts";

/** The bodies of the REST API, as the server's own document describes them. */
type Schemas = components["schemas"];

export type Conversation = Schemas["Conversation"];
export type ConversationType = Schemas["ConversationType"];
export type Message = Schemas["Message"];
export type MessageHead = Schemas["MessageHead"];
export type ReplyHead = Schemas["ReplyHead"];
export type Mention = Schemas["Mention"];
export type Reaction = Schemas["Reaction"];
export type SystemEvent = Schemas["SystemEvent"];
export type Participant = Schemas["Participant"];
export type Person = Schemas["Person"];
export type ChatUser = Schemas["ChatUser"];
export type Role = Schemas["Role"];
export type Attachment = Schemas["Attachment"];
export type FileType = Schemas["FileType"];
export type FileLink = Schemas["FileLink"];
export type FoundMessage = Schemas["FoundMessage"];
export type MyState = Schemas["MyState"];
export type Notification = Schemas["Notification"];
export type NotificationSettings = Schemas["NotificationSettings"];
export type NotificationSwitch = Schemas["NotificationSwitch"];
export type Profile = Schemas["AuthProfile"];
export type Tokens = Schemas["AuthTokens"];
export type Problem = Schemas["Problem"];

/** A place in a conversation's order of changes: dense from 1, in the order of commits. */
export type Seq = Schemas["Seq"];
export type ConversationId = Schemas["ConversationId"];
export type MessageId = Schemas["MessageId"];
export type UserId = Schemas["UserId"];
export type AttachmentId = Schemas["AttachmentId"];

export type CreateConversationRequest = Schemas["CreateConversation"];
export type SendMessageRequest = Schemas["SendMessage"];
export type UpdateConversationRequest = Schemas["UpdateConversation"];
export type CreateAttachmentRequest = Schemas["CreateAttachment"];
export type UpdateMyStateRequest = Schemas["UpdateMyState"];
export type ReadState = Schemas["ReadState"];
export type User = Schemas["AuthUser"];
/** A person as the directory's search shows them, with presence. */
export type PersonEntry = Schemas["AuthEntry"];
export type Welcome = Schemas["AuthWelcome"];
export type RegisterRequest = Schemas["Register"];
export type ChangePasswordRequest = Schemas["ChangePassword"];
export type UpdateProfileRequest = Schemas["UpdateProfile"];
export type NotificationId = Schemas["NotificationId"];
