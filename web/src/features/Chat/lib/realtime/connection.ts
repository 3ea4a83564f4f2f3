import { type Readable, Store } from "../store.ts";
import type { UserId } from "../types.ts";
import { backoff } from "./backoff.ts";
import { CLOSE_NORMAL, CLOSE_SILENT, type Closing, readClosing } from "./closing.ts";
import { type ClientFrame, decodeFrame, type Hello, type ServerFrame } from "./frames.ts";
import { Heartbeat } from "./heartbeat.ts";
import { HELLO_PATIENCE_MS, STABLE_MS, WAKE_PATIENCE_MS } from "./limits.ts";
import type { Cancel, Clock, OpenSocket, PageSignal, PageSignals, Random, Socket } from "./ports.ts";
import type { ConnectionState, TokenSource } from "./types.ts";

/** What a connection needs. */
export interface ConnectionPorts {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
  readonly signals: PageSignals;
}

/** What a connection tells its owner. */
export interface ConnectionEvents {
  /** A new session: nothing is followed yet. */
  onHello(hello: Hello): void;
  /** Every frame but `hello`. */
  onFrame(frame: ServerFrame): void;
  /** The session is over: nothing more comes of it, and what was sent and not answered may be lost. */
  onLost(): void;
}

/**
 * The one socket: opens it, shows the token in the first frame and never in the address, keeps it alive, comes back
 * after a break with growing, random pauses. At most one socket is open at any time, and a socket that was given up
 * is never heard again.
 */
export class Connection {
  readonly #ports: ConnectionPorts;
  readonly #events: ConnectionEvents;
  readonly #state = new Store<ConnectionState>({ name: "idle" });
  readonly #heartbeat: Heartbeat;
  #user: UserId | null = null;
  /** Counts sockets and pauses: what belongs to an earlier one is not heard any more. */
  #era = 0;
  #socket: Socket | null = null;
  /** The socket has said `hello`. It may outlive the network by a while: browsers do not close it then. */
  #isGreeted = false;
  #token: string | null = null;
  #failures = 0;
  /** A token was renewed because of a refusal, and none has been accepted since. */
  #hasRenewed = false;
  #isRenewing = false;
  #onlineSince = 0;
  #alarm: Cancel | null = null;
  #watches: Cancel[] = [];

  constructor(ports: ConnectionPorts, events: ConnectionEvents) {
    this.#ports = ports;
    this.#events = events;
    this.#heartbeat = new Heartbeat(ports.clock, {
      ping: () => this.send({ type: "ping" }),
      dead: () => this.#drop(CLOSE_SILENT),
    });
  }

  get state(): Readable<ConnectionState> {
    return this.#state;
  }

  /** Whether there is a session to send in, also while the browser says that there is no network. */
  get isOnline(): boolean {
    return this.#isGreeted;
  }

  /** Connects as this user, and goes on connecting until {@link stop}. */
  start(user: UserId): void {
    this.stop();
    this.#user = user;
    const { signals, tokens } = this.#ports;
    this.#watches = [
      signals.subscribe((signal) => this.#onSignal(signal)),
      tokens.subscribe(() => this.#onSignInChanged()),
    ];
    this.#connect();
  }

  stop(): void {
    for (const unwatch of this.#watches) unwatch();
    this.#watches = [];
    this.#user = null;
    this.#failures = 0;
    this.#hasRenewed = false;
    this.#leave(CLOSE_NORMAL);
    this.#state.set({ name: "idle" });
  }

  /** Hands a frame to the socket; `false` when there is none that has said `hello`. */
  send(frame: ClientFrame): boolean {
    if (!this.isOnline || this.#socket === null) return false;
    return this.#write(frame);
  }

  /** Tries at once instead of waiting; asks for a sign of life when it is online. */
  retryNow(): void {
    if (this.#user === null) return;
    if (this.isOnline) this.check();
    else if (this.#state.getSnapshot().name !== "connecting") this.#connect();
  }

  /** Asks the socket for a sign of life. */
  check(): void {
    this.#heartbeat.check(WAKE_PATIENCE_MS);
  }

  #connect(): void {
    const era = this.#begin();
    this.#state.set({ name: "connecting", attempt: this.#failures + 1 });
    this.#alarm = this.#ports.clock.after(HELLO_PATIENCE_MS, () => this.#drop(CLOSE_SILENT));
    this.#ports.tokens.current().then(
      (token) => {
        if (era !== this.#era) return;
        if (token === null) this.#signOut();
        else this.#open(token);
      },
      () => era === this.#era && this.#drop(CLOSE_NORMAL),
    );
  }

  #open(token: string): void {
    const era = this.#era;
    const isCurrent = () => era === this.#era;
    this.#token = token;
    try {
      this.#socket = this.#ports.openSocket(this.#ports.url, {
        onOpen: () => isCurrent() && this.#write({ type: "auth", payload: { token } }),
        onText: (text) => isCurrent() && this.#onText(text),
        onClose: (code, reason) => isCurrent() && this.#onClose(readClosing(code, reason)),
      });
    } catch {
      // Not an address, or one that the page's policy forbids: nothing but waiting may change that.
      this.#drop(CLOSE_NORMAL);
    }
  }

  #onText(text: string): void {
    this.#heartbeat.heard();
    const frame = decodeFrame(text);
    if (frame === null) return;
    if (frame.type === "hello") this.#onHello(frame.payload);
    else if (this.isOnline) {
      // Heard after a break of the network: the socket has lived through it.
      const isDoubted = this.#state.getSnapshot().name !== "online";
      if (isDoubted && this.#ports.signals.isOnline()) this.#state.set({ name: "online" });
      if (frame.type === "auth:ok") this.#hasRenewed = false;
      if (frame.type === "auth:expiring") this.#refresh();
      this.#events.onFrame(frame);
    }
  }

  #onHello(hello: Hello): void {
    // Somebody else has signed in meanwhile: nothing of theirs may appear here.
    if (hello.user_id !== this.#user) {
      this.#signOut();
      return;
    }
    this.#alarm?.();
    this.#alarm = null;
    this.#hasRenewed = false;
    this.#onlineSince = this.#ports.clock.now();
    this.#heartbeat.start(hello.heartbeat_interval_ms);
    this.#isGreeted = true;
    this.#state.set({ name: "online" });
    this.#events.onHello(hello);
  }

  #onClose(closing: Closing): void {
    this.#leave(null);
    if (closing.comeBack === "done") this.#state.set({ name: "idle" });
    else if (closing.comeBack === "token") this.#renew();
    else this.#wait(closing.hintMs);
  }

  /** Gives the socket up without waiting for the browser to notice, and comes back. */
  #drop(code: number): void {
    this.#leave(code);
    this.#wait(0);
  }

  /** Ends the era: the socket, if there is one, is never heard again. */
  #leave(code: number | null): void {
    const wasOnline = this.isOnline;
    const socket = this.#socket;
    this.#begin();
    if (code !== null) socket?.close(code);
    if (!wasOnline) return;
    if (this.#ports.clock.now() - this.#onlineSince >= STABLE_MS) this.#failures = 0;
    // The state is set first: whoever hears of the loss must not find the connection online.
    this.#state.set({ name: "connecting", attempt: this.#failures + 1 });
    this.#events.onLost();
  }

  #begin(): number {
    this.#heartbeat.stop();
    this.#alarm?.();
    this.#alarm = null;
    this.#socket = null;
    this.#isGreeted = false;
    this.#era += 1;
    return this.#era;
  }

  #wait(hintMs: number): void {
    // Whoever heard of the loss may have stopped the connection, or tried again.
    if (this.#user === null || this.#socket !== null || this.#alarm !== null) return;
    this.#failures += 1;
    // By the next try the token may have run out on its own.
    this.#hasRenewed = false;
    const { clock, random, signals } = this.#ports;
    if (!signals.isOnline()) {
      this.#state.set({ name: "offline" });
      return;
    }
    const pause = backoff(this.#failures, random, hintMs);
    this.#alarm = clock.after(pause, () => this.#connect());
    this.#state.set({ name: "waiting", attempt: this.#failures, retryAt: clock.now() + pause });
  }

  #signOut(): void {
    this.#leave(CLOSE_NORMAL);
    if (this.#user !== null) this.#state.set({ name: "signed-out" });
  }

  /** The token was refused: asks for another one, once until one is accepted. */
  #renew(): void {
    const refused = this.#token;
    if (this.#user === null) return;
    if (refused === null || this.#hasRenewed) {
      this.#signOut();
      return;
    }
    this.#hasRenewed = true;
    const era = this.#begin();
    this.#state.set({ name: "connecting", attempt: this.#failures + 1 });
    this.#ports.tokens.renew(refused).then(
      (token) => {
        if (era !== this.#era) return;
        if (token === null) this.#signOut();
        else this.#connect();
      },
      () => {
        if (era !== this.#era) return;
        // The renewal itself could not be asked for: that says nothing about the token.
        this.#wait(0);
      },
    );
  }

  /** The token in use runs out: shows a fresh one in place. Where there is none, the server closes with 4401. */
  #refresh(): void {
    const era = this.#era;
    const old = this.#token;
    if (old === null || this.#isRenewing) return;
    this.#isRenewing = true;
    this.#ports.tokens.renew(old).then(
      (token) => {
        this.#isRenewing = false;
        if (era !== this.#era || token === null) return;
        this.#token = token;
        this.send({ type: "auth", payload: { token } });
      },
      () => {
        this.#isRenewing = false;
      },
    );
  }

  #onSignal(signal: PageSignal): void {
    const { name } = this.#state.getSnapshot();
    if (this.isOnline) {
      if (signal === "offline") this.#state.set({ name: "offline" });
      // The network is back; whether the socket is, its answer will say.
      else if (signal === "online") this.#state.set({ name: "connecting", attempt: this.#failures + 1 });
      this.check();
      return;
    }
    if (signal === "offline") {
      if (name !== "waiting") return;
      this.#begin();
      this.#state.set({ name: "offline" });
    } else if (name === "waiting" || name === "offline") this.#connect();
  }

  #onSignInChanged(): void {
    const era = this.#era;
    this.#ports.tokens.current().then(
      (token) => {
        if (era !== this.#era || this.#user === null) return;
        const { name } = this.#state.getSnapshot();
        if (token === null) this.#signOut();
        else if (name === "signed-out") {
          this.#hasRenewed = false;
          this.#connect();
        }
      },
      // Where the token cannot be read now, the socket's own fate decides.
      () => undefined,
    );
  }

  #write(frame: ClientFrame): boolean {
    try {
      this.#socket?.send(JSON.stringify(frame));
      return true;
    } catch {
      // The socket is closing; its end is told on its own.
      return false;
    }
  }
}
