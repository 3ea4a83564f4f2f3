/** What the core needs from its surroundings: a test gives all of it, `browser.ts` takes it from the page. */

/** Takes back what was begun; harmless when it is over. */
export type Cancel = () => void;

/** The time, and alarms. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, after at least `ms` milliseconds. */
  after(ms: number, run: () => void): Cancel;
}

/** Evenly from 0 to less than 1. */
export type Random = () => number;

/** What a socket tells. After `onClose` it tells nothing. */
export interface SocketEvents {
  onOpen(): void;
  onText(text: string): void;
  /** `reason` is empty when the connection was lost, and when the handshake was refused. */
  onClose(code: number, reason: string): void;
}

/** A WebSocket, as far as the core uses it. */
export interface Socket {
  send(text: string): void;
  close(code: number): void;
}

/** Begins to open a socket; it may also fail by throwing, as it does for addresses that are none. */
export type OpenSocket = (url: string, events: SocketEvents) => Socket;

/** What the page notices: the network went or came, or the user looks at the page again. */
export type PageSignal = "online" | "offline" | "visible";

/** The page, as far as it says when to look after the connection. */
export interface PageSignals {
  isOnline(): boolean;
  subscribe(listener: (signal: PageSignal) => void): Cancel;
}

/** The same user's other tabs. Where a browser has none of this, each tab is the only one it knows. */
export interface Tabs {
  /** Says something to all other tabs. */
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): Cancel;
  /** Calls `onLead` once this tab is the one, of all that ask for `name`; cancelling lets the next one in. */
  lead(name: string, onLead: () => void): Cancel;
}
