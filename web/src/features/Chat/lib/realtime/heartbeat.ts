import { HEARTBEAT_MS, PONG_PATIENCE_MS } from "./limits.ts";
import type { Cancel, Clock } from "./ports.ts";

/** What a heartbeat does to its socket. */
export interface Pulse {
  ping(): void;
  /** Nothing came in time: the socket is dead, whatever the browser believes. */
  dead(): void;
}

/**
 * Notices that a socket has fallen silent. Browsers answer the server's pings without telling, so a page that wants to
 * know has to ask by itself: after an interval in which nothing was heard, and whenever {@link Heartbeat.check} is called.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #pulse: Pulse;
  #intervalMs = HEARTBEAT_MS;
  #lastHeard = 0;
  #cancel: Cancel | null = null;
  /** When the answer to a ping is due. */
  #deadline: number | null = null;

  constructor(clock: Clock, pulse: Pulse) {
    this.#clock = clock;
    this.#pulse = pulse;
  }

  start(intervalMs: number): void {
    this.stop();
    this.#intervalMs = intervalMs > 0 ? intervalMs : HEARTBEAT_MS;
    this.heard();
    this.#arm(this.#intervalMs);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#deadline = null;
  }

  /** Anything at all came in. */
  heard(): void {
    this.#lastHeard = this.#clock.now();
    if (this.#deadline === null) return;
    this.#deadline = null;
    this.#arm(this.#intervalMs);
  }

  /** Asks now, and waits for `patienceMs` at most. */
  check(patienceMs: number = PONG_PATIENCE_MS): void {
    if (this.#cancel === null) return;
    const due = this.#clock.now() + patienceMs;
    if (this.#deadline !== null && this.#deadline <= due) return;
    this.#deadline = due;
    this.#pulse.ping();
    // The ping may have ended the socket.
    if (this.#deadline !== null) this.#arm(patienceMs);
  }

  #arm(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, () => this.#ring());
  }

  #ring(): void {
    const now = this.#clock.now();
    if (this.#deadline !== null) {
      this.stop();
      this.#pulse.dead();
      return;
    }
    const silence = now - this.#lastHeard;
    if (silence >= this.#intervalMs) this.check();
    else this.#arm(this.#intervalMs - silence);
  }
}
