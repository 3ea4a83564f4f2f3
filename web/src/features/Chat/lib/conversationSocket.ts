import type { Message, MessageId } from "./types.ts";

/** Attempts after a break before it gives up. */
export const MAX_ATTEMPTS = 5;
/** The wait before attempt n is `BASE_DELAY_MS * 2^n`, in ms, and never more than `MAX_DELAY_MS`. */
const BASE_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;

/** Both sides are done: nobody connects again. */
const NORMAL_CLOSURE = 1000;

/** Where the socket is and who is signed in. */
export interface SocketPlace {
  /** `wss://…/api/unet-chat/ws`. */
  readonly url: () => string;
  /** The access token to use now; `null` when nobody is signed in. */
  readonly token: () => string | null;
}

/** What a socket tells. */
export interface SocketListener {
  onMessage(message: Message): void;
  onError(error: string): void;
  onOpen(): void;
  onClose(): void;
}

/** The seeds' socket of one conversation: the token in the query, five attempts, then an error. */
export class ConversationSocket {
  readonly #conversationId: string;
  readonly #place: SocketPlace;
  readonly #listener: SocketListener;
  #socket: WebSocket | null = null;
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(conversationId: string, place: SocketPlace, listener: SocketListener) {
    this.#conversationId = conversationId;
    this.#place = place;
    this.#listener = listener;
  }

  connect(): void {
    const token = this.#place.token();
    if (token === null) {
      this.#listener.onError("Authentication token not found");
      return;
    }
    try {
      const id = encodeURIComponent(this.#conversationId);
      const query = `WWW-Authenticate=Bearer%20${encodeURIComponent(token)}`;
      const socket = new WebSocket(`${this.#place.url()}/conversations/${id}/?${query}`);
      this.#socket = socket;
      this.#follow(socket);
    } catch {
      // An address that is none, or one that the page's policy forbids: trying again would not help.
      this.#listener.onError("Failed to create WebSocket connection");
    }
  }

  send(text: string, replyTo: MessageId | null): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      this.#listener.onError("WebSocket is not connected");
      return;
    }
    try {
      this.#socket.send(JSON.stringify({ type: "message:new", payload: { text, reply_to: replyTo } }));
    } catch {
      this.#listener.onError("Failed to send message");
    }
  }

  /** Closes the socket for good. Nothing is told any more but `onClose`, when it was open. */
  close(reason: string): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    const wasOpen = socket.readyState === WebSocket.OPEN;
    socket.close(NORMAL_CLOSURE, reason);
    if (wasOpen) this.#listener.onClose();
  }

  #follow(socket: WebSocket): void {
    const isMine = () => this.#socket === socket;
    socket.onopen = () => {
      if (!isMine()) return;
      this.#attempts = 0;
      this.#listener.onOpen();
    };
    socket.onmessage = ({ data }) => {
      const message = messageIn(data);
      if (isMine() && message !== null) this.#listener.onMessage(message);
    };
    socket.onerror = () => {
      if (isMine()) this.#listener.onError("WebSocket connection error");
    };
    socket.onclose = ({ code }) => {
      if (!isMine()) return;
      this.#socket = null;
      this.#listener.onClose();
      if (code !== NORMAL_CLOSURE) this.#later();
    };
  }

  #later(): void {
    if (this.#attempts >= MAX_ATTEMPTS) {
      this.#listener.onError("Max reconnection attempts reached");
      return;
    }
    this.#attempts += 1;
    const delay = Math.min(BASE_DELAY_MS * 2 ** this.#attempts, MAX_DELAY_MS);
    this.#timer = setTimeout(() => this.connect(), delay);
  }
}

/** The message in a frame; `null` for other frames, and for what is not JSON. */
function messageIn(data: unknown): Message | null {
  try {
    const frame: unknown = JSON.parse(String(data));
    if (!hasKeys(frame, "type", "payload") || frame.type !== "message:new") return null;
    return hasKeys(frame.payload, "id", "conversation_id") ? (frame.payload as unknown as Message) : null;
  } catch {
    // Not JSON: the seeds' clients pass over it too.
    return null;
  }
}

function hasKeys<K extends string>(value: unknown, ...names: K[]): value is Record<K, unknown> {
  return typeof value === "object" && value !== null && names.every((name) => name in value);
}
