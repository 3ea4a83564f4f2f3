import type { Seq } from "../types.ts";

/** What a resume has brought so far. */
interface Resume {
  /** Live frames begin above this; the past that is missing ends here. */
  target: Seq;
  /** Something of the past has come, or the past holds nothing any more: a `sync` now is this resume's own. */
  hasEvidence: boolean;
}

/** The answer to a frame: `true` when the conversation has to be subscribed to after {@link Cursor.number}. */
export type MustSubscribe = boolean;

/**
 * The one number of an open conversation: everything up to it is applied. It moves to the `head` of a `sync` that
 * speaks of a stretch which begins at the number, and to the `seq` that is one more, and never otherwise. So a
 * connection that ends in the middle of a resume resumes from where the resume began.
 */
export class Cursor {
  #number: Seq;
  /** `stale`: a new session has not said yet where its live frames begin. */
  #phase: "stale" | "resuming" | "live" = "stale";
  #resume: Resume = { target: 0, hasEvidence: false };
  /** Messages up to here have come without a hole, though changes of older ones may be missing. */
  #shown: Seq;

  constructor(number: Seq) {
    this.#number = number;
    this.#shown = number;
  }

  get number(): Seq {
    return this.#number;
  }

  get isLive(): boolean {
    return this.#phase === "live";
  }

  get isResuming(): boolean {
    return this.#phase === "resuming";
  }

  /** New messages up to here may be shown: none between them is missing. */
  get shown(): Seq {
    return Math.max(this.#shown, this.#number);
  }

  /** Live from here on: the session's live frames begin at `head` or below it. */
  follow(head: Seq): MustSubscribe {
    return this.onSync(head);
  }

  /** Where live frames begin is not known any more: a new socket, a new place in the conversation, a refused resume. */
  onBreak(): void {
    this.#phase = "stale";
    this.#shown = this.#number;
  }

  /** A page of history up to `seq` was read: there is no hole up to there. */
  onPage(seq: Seq): void {
    this.#shown = Math.max(this.#shown, seq);
  }

  onSync(head: Seq): MustSubscribe {
    if (this.#phase === "stale" && head > this.#number) return this.#begin(head, false);
    if (this.#phase === "resuming" && !this.#resume.hasEvidence) {
      // It may be of what a slow reader missed, sent before the resume was heard of. Asked for again, there is no doubt.
      return this.#begin(Math.max(head, this.#resume.target), true);
    }
    this.#phase = "live";
    this.#number = Math.max(this.#number, head);
    return false;
  }

  /** A change with this number is about to be applied. */
  onChange(seq: Seq): MustSubscribe {
    if (seq > this.#number && seq <= this.#resume.target) this.#resume.hasEvidence = true;
    if (seq === this.#number + 1) this.#number = seq;
    else if (seq > this.#number && this.#phase === "live") return this.#begin(seq - 1, true);
    return false;
  }

  /** A new message with this number has come; resumes bring them in ascending order. */
  onNewMessage(seq: Seq): void {
    if (this.#phase === "resuming" && seq <= this.#resume.target) this.#shown = Math.max(this.#shown, seq);
  }

  /** Asks for what is missing although nobody told of it: no `sync` came. */
  insist(): MustSubscribe {
    return this.#begin(Math.max(this.#number, this.#resume.target), false);
  }

  #begin(target: Seq, hasEvidence: boolean): true {
    this.#phase = "resuming";
    this.#resume = { target, hasEvidence };
    return true;
  }
}
