/** The functions that the seeds' clients call without hooks: the shared runtime's REST API. */
import { MESSAGES_PAGE } from "../lib/api/messages.ts";
import { newClientId } from "../lib/ids.ts";
import type {
  Attachment,
  ChatUser,
  Conversation,
  ConversationId,
  CreateAttachmentRequest,
  CreateConversationRequest,
  Mention,
  Message,
  MessageId,
  Participant,
  Role,
  SendMessageRequest,
  UserId,
} from "../lib/types.ts";
import { defaultRuntime } from "./runtime/context.tsx";

const api = () => defaultRuntime().api;

/** Makes a conversation, or finds the one that this pair has already. */
export function createConversation(request: CreateConversationRequest): Promise<Conversation> {
  return api().conversations.create(request);
}

/** The user's conversations, 1000 at most, the newest activity first. */
export function getConversations(): Promise<Conversation[]> {
  return api().conversations.all();
}

export function getConversationById(id: ConversationId): Promise<Conversation> {
  return api().conversations.get(id);
}

export function deleteConversation(id: ConversationId): Promise<void> {
  return api().conversations.remove(id);
}

/** Sends a message over REST; safe to repeat with the same `client_id`. */
export function sendMessage(request: SendMessageRequest): Promise<Message> {
  return api().messages.send({ client_id: newClientId(), ...request });
}

/** A page of messages, ascending; `offset` counts from the newest, `limit` is 200 at most. */
export function getMessages(id: ConversationId, limit = MESSAGES_PAGE, offset = 0): Promise<Message[]> {
  return api().messages.pageByOffset(id, limit, offset);
}

export function editMessage(id: MessageId, data: { text: string; mentions?: Mention[] }): Promise<Message> {
  return api().messages.edit(id, data);
}

export function deleteMessage(id: MessageId): Promise<void> {
  return api().messages.remove(id);
}

export function getParticipants(id: ConversationId): Promise<Participant[]> {
  return api().participants.all(id);
}

export function addParticipant(
  id: ConversationId,
  data: { user_id: UserId; role?: Role | null },
): Promise<Participant> {
  return api().participants.add(id, data.user_id, data.role);
}

export function removeParticipant(id: ConversationId, userId: UserId): Promise<void> {
  return api().participants.remove(id, userId);
}

/** Notes a file that lies elsewhere, for an own message. */
export function createAttachment(data: CreateAttachmentRequest): Promise<Attachment> {
  return api().attachments.create(data);
}

/** The directory, 10 000 people at most. */
export function getChatUsers(): Promise<ChatUser[]> {
  return api().people.chatUsers();
}

/** The access token that is used now; `null` when nobody is signed in, or a host has not been asked for one yet. */
export function getAuthToken(): string | null {
  return defaultRuntime().session.peek()?.access ?? null;
}

/** The signed-in user's id; `null` as for {@link getAuthToken}. */
export function getCurrentUserId(): UserId | null {
  const { session, me } = defaultRuntime();
  return session.peek()?.userId ?? me.getSnapshot();
}
