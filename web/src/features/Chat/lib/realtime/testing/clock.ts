import type { Cancel, Clock } from "../ports.ts";

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that stands still until a test moves it. Alarms of one moment ring in the order in which they were set. */
export class FakeClock implements Clock {
  #now: number;
  #orders = 0;
  #alarms: Alarm[] = [];

  constructor(now = 1_800_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Cancel {
    this.#orders += 1;
    const alarm = { at: this.#now + Math.max(0, ms), order: this.#orders, run };
    let at = this.#alarms.length;
    while (at > 0 && (this.#alarms[at - 1]?.at ?? 0) > alarm.at) at -= 1;
    this.#alarms.splice(at, 0, alarm);
    return () => {
      const index = this.#alarms.indexOf(alarm);
      if (index >= 0) this.#alarms.splice(index, 1);
    };
  }

  /** Lets the next alarm ring, if it is due by then; whether one was. */
  ringNext(until: number): boolean {
    const alarm = this.#alarms[0];
    if (alarm === undefined || alarm.at > until) return false;
    this.#alarms.shift();
    this.#now = Math.max(this.#now, alarm.at);
    alarm.run();
    return true;
  }

  /** Moves on by `ms`; what alarms begin is carried out before the next one rings. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    while (this.ringNext(until)) await settled();
    this.#now = until;
  }
}

/** Resolves when every promise that could be kept has been. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
