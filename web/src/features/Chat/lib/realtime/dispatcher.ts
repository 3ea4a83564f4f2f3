import type { ConversationId, UserId } from "../types.ts";
import type { ErrorFrame, MessageFrame, PassingFrame, RoomFrame, ServerFrame } from "./frames.ts";
import type { Logs } from "./logs.ts";
import type { Outbox } from "./outbox.ts";
import type { Clock } from "./ports.ts";
import type { ReadMarks } from "./read-marks.ts";
import type { Session } from "./session.ts";
import type { ChatEvent } from "./types.ts";
import { Typists } from "./typists.ts";

/** Whom a dispatcher tells. */
export interface DispatcherPorts {
  me(): UserId | null;
  readonly session: Session;
  readonly logs: Logs;
  readonly outbox: Outbox;
  readonly reads: ReadMarks;
  readonly clock: Clock;
  emit(event: ChatEvent): void;
}

/** Begins the `ref` of a `subscribe`, so that its refusal finds the log. */
const SUBSCRIBE_REF = "subscribe:";

/** Brings each frame to whom it concerns: logs and outbox first, then everybody who listens. */
export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #typists = new Map<ConversationId, Typists>();
  #hasBeenOnline = false;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
  }

  /** The `ref` of a `subscribe`. */
  refOf(id: ConversationId): string {
    return SUBSCRIBE_REF + id;
  }

  onHello(): void {
    if (this.#hasBeenOnline) this.#ports.emit({ type: "resumed" });
    this.#hasBeenOnline = true;
  }

  /** Whoever wrote may have stopped unheard. */
  onLost(): void {
    for (const [conversationId, typists] of this.#typists) {
      const users = typists.list();
      typists.clear();
      for (const userId of users) this.#emitTyping(conversationId, userId, false);
    }
    this.#typists.clear();
  }

  reset(): void {
    for (const typists of this.#typists.values()) typists.clear();
    this.#typists.clear();
    this.#hasBeenOnline = false;
  }

  onFrame(frame: ServerFrame): void {
    switch (frame.type) {
      case "message:new":
      case "message:edited":
      case "message:deleted":
        this.#onMessage(frame);
        break;
      case "conversation:updated":
      case "conversation:deleted":
      case "participant:added":
      case "participant:updated":
      case "participant:removed":
        this.#onRoom(frame);
        break;
      case "message:ack":
        this.#ports.outbox.onAck(frame.payload);
        break;
      case "sync":
        this.#onSync(frame.payload.conversation_id, frame.payload.head);
        break;
      case "error":
        this.#onError(frame.payload);
        break;
      case "conversation:new":
      case "message:read":
      case "conversation:state":
      case "typing":
      case "presence":
      case "notification:new":
        this.#onPassing(frame);
        break;
      default:
        // `hello`, `pong`, `auth:…` are the connection's; types that are not known yet are ignored.
        break;
    }
  }

  #onSync(id: ConversationId, head: number): void {
    this.#ports.session.onSync(id, head);
    this.#ports.logs.get(id)?.onSync(head);
  }

  #onMessage(frame: MessageFrame): void {
    const { session, logs, outbox } = this.#ports;
    const id = frame.payload.conversation_id;
    if (frame.seq !== undefined) session.onChange(id, frame.seq);
    logs.get(id)?.onMessage(frame);
    if (frame.type === "message:deleted") {
      outbox.onDeleted(frame.payload.id);
      this.#ports.emit({ type: "message:deleted", conversationId: id, id: frame.payload.id });
      return;
    }
    const message = frame.payload;
    const me = this.#ports.me();
    if (me !== null) outbox.onMessage(message, me);
    if (frame.type === "message:edited") {
      this.#ports.emit({ type: "message:edited", message });
      return;
    }
    this.#endTyping(id, message.sender_id);
    if (session.isNews(message)) this.#ports.emit({ type: "message:new", message });
  }

  #onRoom(frame: RoomFrame): void {
    const { session, logs } = this.#ports;
    const id = conversationOf(frame);
    if (frame.seq !== undefined) {
      session.onChange(id, frame.seq);
      logs.get(id)?.onOtherChange(frame.seq);
    }
    switch (frame.type) {
      case "conversation:updated":
        this.#ports.emit({ type: "conversation:updated", conversation: frame.payload });
        break;
      case "conversation:deleted":
        this.#onGone(id);
        break;
      case "participant:removed":
        if (frame.payload.user_id === this.#ports.me()) {
          this.#onGone(id);
          return;
        }
        this.#ports.emit({
          type: "participant:removed",
          conversationId: id,
          userId: frame.payload.user_id,
        });
        break;
      default:
        this.#ports.emit({
          type: "participant:changed",
          conversationId: id,
          participant: frame.payload.participant,
        });
        break;
    }
  }

  #onGone(id: ConversationId): void {
    this.#ports.session.onGone(id);
    this.#ports.reads.forget(id);
    this.#ports.logs.get(id)?.onGone();
    this.#ports.emit({ type: "conversation:gone", conversationId: id });
  }

  #onPassing(frame: PassingFrame): void {
    switch (frame.type) {
      case "conversation:new":
        this.#ports.session.onGone(frame.payload.id);
        this.#ports.logs.get(frame.payload.id)?.onJoined();
        this.#ports.emit({ type: "conversation:new", conversation: frame.payload });
        break;
      case "message:read":
        this.#onRead(frame.payload);
        break;
      case "conversation:state":
        // The reminder ends when the user reads there again, which may be what they have read before.
        if (frame.payload.my.is_marked_unread) this.#ports.reads.forget(frame.payload.conversation_id);
        this.#ports.emit({
          type: "conversation:state",
          conversationId: frame.payload.conversation_id,
          unreadCount: frame.payload.unread_count,
          my: frame.payload.my,
        });
        break;
      case "typing":
        this.#onTyping(frame.payload);
        break;
      case "presence":
        this.#ports.emit({ type: "presence", users: frame.payload.users });
        break;
      case "notification:new":
        this.#ports.emit({ type: "notification:new", notification: frame.payload });
        break;
    }
  }

  #onRead({ conversation_id: id, marks }: Extract<PassingFrame, { type: "message:read" }>["payload"]): void {
    const mine = marks.find((mark) => mark.user_id === this.#ports.me());
    if (mine !== undefined) this.#ports.reads.onConfirmed(id, mine.last_read_seq);
    this.#ports.logs.get(id)?.onRead(marks);
  }

  #onTyping(typing: Extract<PassingFrame, { type: "typing" }>["payload"]): void {
    const { conversation_id: id, user_id: user, is_typing: isTyping, expires_in_ms: expiresInMs } = typing;
    this.#ports.logs.get(id)?.onTyping(user, isTyping, expiresInMs);
    if (!isTyping) {
      this.#endTyping(id, user);
      return;
    }
    let typists = this.#typists.get(id);
    if (typists === undefined) {
      typists = new Typists(this.#ports.clock, (over) => this.#emitTyping(id, over, false));
      this.#typists.set(id, typists);
    }
    const wasTyping = typists.has(user);
    typists.begin(user, expiresInMs);
    if (!wasTyping) this.#emitTyping(id, user, true);
  }

  #endTyping(id: ConversationId, user: UserId): void {
    const typists = this.#typists.get(id);
    if (typists?.has(user) !== true) return;
    typists.end(user);
    this.#emitTyping(id, user, false);
  }

  #emitTyping(conversationId: ConversationId, userId: UserId, isTyping: boolean): void {
    this.#ports.emit({ type: "typing", conversationId, userId, isTyping });
  }

  #onError(error: ErrorFrame): void {
    if (this.#ports.outbox.onError(error)) return;
    if (typeof error.ref === "string" && error.ref.startsWith(SUBSCRIBE_REF)) {
      this.#ports.logs.get(error.ref.slice(SUBSCRIBE_REF.length))?.onSubscribeRefused(error.code);
      return;
    }
    this.#ports.emit({ type: "refused", code: error.code, message: error.message });
  }
}

function conversationOf(frame: RoomFrame): ConversationId {
  return "id" in frame.payload ? frame.payload.id : frame.payload.conversation_id;
}
