/** What came since it was last said: how many messages, and by whom. */
export interface Announcement {
  readonly count: number;
  /** Each once, in the order of their first message. */
  readonly names: readonly string[];
}

/** At most one announcement in this time, ms: a reader that is interrupted at each message says nothing whole. */
export const ANNOUNCEMENT_PAUSE = 1000;

/** Gathers incoming messages and hands them on, once a second at most: what a screen reader is to say. */
export class Announcer {
  readonly #say: (announcement: Announcement) => void;
  #count = 0;
  #names = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(say: (announcement: Announcement) => void) {
    this.#say = say;
  }

  /** A message of `name` came. The first is said at once, what follows within a second together. */
  add(name: string): void {
    this.#count += 1;
    this.#names.add(name);
    if (this.#timer === undefined) this.#flush();
  }

  /** Says nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#count = 0;
    this.#names = new Set();
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#count === 0) return;
    const announcement = { count: this.#count, names: [...this.#names] };
    this.#count = 0;
    this.#names = new Set();
    this.#timer = setTimeout(() => this.#flush(), ANNOUNCEMENT_PAUSE);
    this.#say(announcement);
  }
}
