import type { ClientFrame, ServerFrame } from "../frames.ts";
import type { OpenSocket, PageSignal, PageSignals, SocketEvents, Tabs } from "../ports.ts";
import type { TokenSource } from "../types.ts";

/** Frames that say more than their type. */
type Carrying = Extract<ClientFrame, { payload: unknown }>;

/** One end of a socket that a test plays the server of, by hand. */
export class HandSocket {
  readonly url: string;
  readonly sent: ClientFrame[] = [];
  closedWith: number | null = null;
  readonly #events: SocketEvents;

  constructor(url: string, events: SocketEvents) {
    this.url = url;
    this.#events = events;
  }

  accept(): void {
    this.#events.onOpen();
  }

  say(frame: ServerFrame): void {
    this.#events.onText(JSON.stringify(frame));
  }

  text(text: string): void {
    this.#events.onText(text);
  }

  /** Opens and says `hello`. */
  greet(userId: number, heartbeatMs = 25_000): void {
    this.accept();
    const payload = {
      session: "s",
      user_id: userId,
      heartbeat_interval_ms: heartbeatMs,
      server_time: "2026-11-21T00:00:00Z",
    };
    this.say({ type: "hello", payload });
  }

  close(code: number, reason = ""): void {
    this.#events.onClose(code, reason);
  }

  /** How many frames of one type the client has sent. */
  count(type: ClientFrame["type"]): number {
    return this.sent.filter((frame) => frame.type === type).length;
  }

  /** What the client has sent of one type. */
  of<Type extends Carrying["type"]>(type: Type): Extract<Carrying, { type: Type }>["payload"][] {
    return this.sent.flatMap((frame) =>
      frame.type === type && "payload" in frame ? [frame.payload] : [],
    ) as never;
  }
}

/** Opens sockets whose other end the test holds. */
export class HandServer {
  readonly sockets: HandSocket[] = [];

  get last(): HandSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }

  readonly open: OpenSocket = (url, events) => {
    const socket = new HandSocket(url, events);
    this.sockets.push(socket);
    return {
      send: (text) => {
        if (socket.closedWith === null) socket.sent.push(JSON.parse(text) as ClientFrame);
      },
      close: (code) => {
        socket.closedWith = code;
      },
    };
  };
}

/** A page whose network and visibility the test decides. */
export class HandSignals implements PageSignals {
  online = true;
  readonly #listeners = new Set<(signal: PageSignal) => void>();

  isOnline(): boolean {
    return this.online;
  }

  subscribe(listener: (signal: PageSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(signal: PageSignal): void {
    if (signal !== "visible") this.online = signal === "online";
    for (const listener of [...this.#listeners]) listener(signal);
  }
}

/** Tokens that the test hands out. */
export class HandTokens implements TokenSource {
  token: string | null = "token-1";
  /** What a renewal answers; `undefined` makes it fail. */
  fresh: string | null | undefined = "token-2";
  readonly refused: string[] = [];
  readonly #listeners = new Set<() => void>();

  async current(): Promise<string | null> {
    return this.token;
  }

  async renew(refused: string): Promise<string | null> {
    this.refused.push(refused);
    if (this.fresh === undefined) throw new Error("no network");
    this.token = this.fresh;
    return this.fresh;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(token: string | null): void {
    this.token = token;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The only tab there is. */
export const loneTab: Tabs = {
  post: () => undefined,
  listen: () => () => undefined,
  lead: (_name, onLead) => {
    let isOver = false;
    queueMicrotask(() => {
      if (!isOver) onLead();
    });
    return () => {
      isOver = true;
    };
  },
};
