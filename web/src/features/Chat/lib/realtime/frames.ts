/** The frames of the socket that this client speaks and understands; `docs/protocol.md` tells what they mean. */
import type {
  AttachmentId,
  Conversation,
  ConversationId,
  Mention,
  Message,
  MessageId,
  MyState,
  Notification,
  Participant,
  Seq,
  UserId,
} from "../types.ts";

interface Frame<Type extends string, Payload> {
  readonly type: Type;
  readonly payload: Payload;
}

/** A frame that tells of a change: `seq` is the change's place in its conversation. */
interface Change<Type extends string, Payload> extends Frame<Type, Payload> {
  readonly seq?: Seq;
}

interface ParticipantChange {
  readonly conversation_id: ConversationId;
  readonly participant: Participant;
}

/** Who the server takes the client for, and how the socket is kept alive. */
export interface Hello {
  readonly session: string;
  readonly user_id: UserId;
  readonly heartbeat_interval_ms: number;
  readonly server_time: string;
}

/** A send is committed. */
export interface MessageAck {
  readonly client_id: string;
  readonly id: MessageId;
  readonly conversation_id: ConversationId;
  readonly seq: Seq;
  readonly created_at: string;
}

/** What could not be done, and why. */
export interface ErrorPayload {
  readonly code: string;
  readonly message: string;
  readonly ref?: unknown;
  readonly client_id?: string;
  readonly retryable?: boolean;
}

/** A change of a conversation's messages. */
export type MessageFrame =
  | Change<"message:new", Message>
  | Change<"message:edited", Message>
  | Change<"message:deleted", { id: MessageId; conversation_id: ConversationId; message_seq: Seq }>;

/** A change of a conversation or of who is in it. */
export type RoomFrame =
  | Change<"conversation:updated", Conversation>
  | Change<"conversation:deleted", { id: ConversationId }>
  | Change<"participant:added", ParticipantChange>
  | Change<"participant:updated", ParticipantChange>
  | Change<"participant:removed", { conversation_id: ConversationId; user_id: UserId }>;

/** How things stand at the moment: without a number, never sent again. */
export type PassingFrame =
  | Frame<"conversation:new", Conversation>
  | Frame<
      "message:read",
      { conversation_id: ConversationId; marks: { user_id: UserId; last_read_seq: Seq }[] }
    >
  | Frame<"conversation:state", { conversation_id: ConversationId; unread_count: number; my: MyState }>
  | Frame<
      "typing",
      { conversation_id: ConversationId; user_id: UserId; is_typing: boolean; expires_in_ms: number }
    >
  | Frame<"presence", { users: { user_id: UserId; is_online: boolean; last_seen?: string | null }[] }>
  | Frame<"notification:new", Notification>;

/** What the server says. Types that are not named here are ignored. */
export type ServerFrame =
  | MessageFrame
  | RoomFrame
  | PassingFrame
  | Frame<"hello", Hello>
  | Frame<"message:ack", MessageAck>
  | Frame<"sync", { conversation_id: ConversationId; head: Seq }>
  | Frame<"pong", { server_time: string }>
  | Frame<"auth:expiring", { expires_at: string }>
  | Frame<"auth:ok", { user_id: UserId; expires_at: string }>
  | Frame<"error", ErrorPayload>;

/** A message on its way to the server. */
export interface NewMessage {
  readonly conversation_id: ConversationId;
  readonly text: string;
  readonly client_id: string;
  readonly reply_to?: MessageId;
  readonly mentions?: readonly Mention[];
  readonly attachment_ids?: readonly AttachmentId[];
}

/** What the client says; `ref` comes back in an `error`. */
export type ClientFrame = { readonly ref?: string } & (
  | Frame<"message:new", NewMessage>
  | Frame<"message:read", { conversation_id: ConversationId; seq: Seq }>
  | Frame<"subscribe", { conversation_id: ConversationId; after?: Seq }>
  | Frame<"unsubscribe", { conversation_id: ConversationId }>
  | Frame<"typing", { conversation_id: ConversationId; is_typing: boolean }>
  | Frame<"auth", { token: string }>
  | Frame<"ping", Record<string, never>>
);

/** Takes a text frame apart; `null` when it is not one. Unknown types pass: whoever dispatches ignores them. */
export function decodeFrame(text: string): ServerFrame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  if (!("type" in value) || typeof value.type !== "string") return null;
  if (!("payload" in value) || typeof value.payload !== "object" || value.payload === null) return null;
  // The server's document promises the payload of each type; it is not checked field by field here.
  return value as ServerFrame;
}
