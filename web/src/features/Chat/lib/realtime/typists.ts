import type { UserId } from "../types.ts";
import type { Cancel, Clock } from "./ports.ts";

/** Who writes in one conversation, as told; each is forgotten by itself when nothing more is heard. */
export class Typists {
  readonly #clock: Clock;
  readonly #onOver: (user: UserId) => void;
  readonly #expiries = new Map<UserId, Cancel>();

  constructor(clock: Clock, onOver: (user: UserId) => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  /** Those who write now, in the order in which they began. */
  list(): readonly UserId[] {
    return [...this.#expiries.keys()];
  }

  has(user: UserId): boolean {
    return this.#expiries.has(user);
  }

  begin(user: UserId, expiresInMs: number): void {
    this.#expiries.get(user)?.();
    const expire = this.#clock.after(expiresInMs, () => {
      this.end(user);
      this.#onOver(user);
    });
    this.#expiries.set(user, expire);
  }

  end(user: UserId): void {
    this.#expiries.get(user)?.();
    this.#expiries.delete(user);
  }

  clear(): void {
    for (const cancel of this.#expiries.values()) cancel();
    this.#expiries.clear();
  }
}
