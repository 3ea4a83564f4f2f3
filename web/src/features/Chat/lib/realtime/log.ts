import { type Readable, Store } from "../store.ts";
import type { ConversationId, Message, Seq, UserId } from "../types.ts";
import { Feed, type Reading } from "./feed.ts";
import type { MessageFrame, PassingFrame } from "./frames.ts";
import { RESUME_MAX_CHANGES, RESUME_PATIENCE_MS, SYNC_PATIENCE_MS } from "./limits.ts";
import { type Landing, type Outgoing, Pending } from "./pending.ts";
import type { Cancel, Clock } from "./ports.ts";
import { NOTHING_LOADED } from "./snapshot.ts";
import type { HistoryPlace, HistorySource, LogSnapshot } from "./types.ts";
import { Typists } from "./typists.ts";

/** What a log needs from the client it belongs to. */
export interface LogPorts {
  readonly me: UserId;
  readonly history: HistorySource;
  readonly clock: Clock;
  readonly outgoing: Outgoing;
  /**
   * The highest number of the conversation that the socket has told of since it follows it; `null` while it does not.
   * Whatever is asked for over REST afterwards contains everything up to it.
   */
  heard(): Seq | null;
  isOnline(): boolean;
  /** Asks for everything after this number, then `sync`. */
  subscribe(after: Seq): void;
  /** The stretch, or how far it is up to date, has changed: what is sent may have landed. */
  onMoved(log: ConversationLog): void;
}

type LoadKind = "first" | "older" | "newer" | "jump";

interface Load {
  readonly kind: LoadKind;
  readonly abort: AbortController;
  readonly reading: Reading;
}

/** Words of problems that mean: not for this user, and no longer to be tried. */
const GONE = new Set(["not_participant", "not_found"]);

/** One conversation as far as it is loaded: reads pages, takes frames, asks for what it missed. */
export class ConversationLog implements Readable<LogSnapshot> {
  readonly id: ConversationId;
  readonly #ports: LogPorts;
  readonly #feed = new Feed();
  readonly #store = new Store<LogSnapshot>(NOTHING_LOADED);
  readonly #typists: Typists;
  readonly #pending: Pending;
  #status: LogSnapshot["status"] = "loading";
  #error: string | null = null;
  #reads: ReadonlyMap<UserId, Seq> = NOTHING_LOADED.reads;
  #load: Load | null = null;
  #opening: Promise<void> = Promise.resolve();
  /** Rings when a `sync` is overdue. */
  #patience: Cancel | null = null;
  #life = new AbortController();

  constructor(id: ConversationId, ports: LogPorts) {
    this.id = id;
    this.#ports = ports;
    this.#typists = new Typists(ports.clock, () => this.#publish());
    this.#pending = new Pending(id, ports, this.#feed);
  }

  getSnapshot = (): LogSnapshot => this.#store.getSnapshot();

  subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  /** Everything up to here is applied; `null` while nothing is loaded. */
  get number(): Seq | null {
    return this.#status === "ready" ? (this.#feed.cursor?.number ?? null) : null;
  }

  /** Where a message that was sent by this name has landed, if the log has it. */
  landingOf(clientId: string): Landing | null {
    return this.#feed.stretch.sent(this.#ports.me, clientId);
  }

  /** Whether everything up to a message is applied, itself included: if it is not shown, it is elsewhere or gone. */
  isPast(landing: Landing): boolean {
    const { number } = this;
    return number !== null && number >= landing.seq;
  }

  /** Whether a message is still to come. */
  awaits(landing: Landing): boolean {
    return (this.#status === "ready" || this.#status === "loading") && !this.isPast(landing);
  }

  /** Reads the newest page. */
  open(): Promise<void> {
    this.#opening = this.#openNow();
    return this.#opening;
  }

  /** Loads again after `failed`; does nothing otherwise. */
  reload(): Promise<void> {
    return this.#status === "failed" ? this.open() : this.#opening;
  }

  async loadOlder(): Promise<void> {
    const { stretch } = this.#feed;
    if (!this.#isIdle() || !stretch.ends.hasOlder) return;
    await this.#read("older", { kind: "before", seq: stretch.from }, (page) => {
      stretch.prepend(page, page.length >= this.#ports.history.pageMessages);
    });
  }

  async loadNewer(): Promise<void> {
    const { stretch } = this.#feed;
    if (!this.#isIdle() || !stretch.ends.hasNewer) return;
    await this.#read("newer", { kind: "after", seq: stretch.to }, (page) => {
      stretch.append(page, page.length >= this.#ports.history.pageMessages);
    });
  }

  async jumpTo(seq: Seq): Promise<void> {
    // The number that this log goes on from comes with its first page.
    await this.#opening;
    const { stretch } = this.#feed;
    if (this.#status !== "ready" || stretch.has(seq)) return;
    let isNearEnd = false;
    await this.#read("jump", { kind: "around", seq }, (page) => {
      const older = page.filter((message) => message.seq < seq).length;
      isNearEnd = page.length - older < Math.floor(this.#ports.history.pageMessages / 2);
      // Only a page of what comes after can say that nothing does.
      stretch.replace(page, { hasOlder: older > 0, hasNewer: true }, seq);
    });
    if (isNearEnd) await this.loadNewer();
  }

  async jumpToEnd(): Promise<void> {
    await this.#opening;
    if (this.#status !== "ready" || this.#feed.isAttached) return;
    await this.#read("jump", { kind: "newest" }, (page) => this.#showNewest(page));
  }

  /** A session has begun: nothing is followed yet. */
  onHello(): void {
    this.#feed.onBreak();
    this.#awaitSync(SYNC_PATIENCE_MS);
    if (this.#status === "failed") this.#begin(this.open());
    else if (this.#status === "ready") this.#begin(this.#readMarks());
  }

  onLost(): void {
    this.#feed.onBreak();
    this.#stopWaiting();
    this.#typists.clear();
    this.#publish();
  }

  onSync(head: Seq): void {
    // Back in a conversation that was gone: from here on pages are complete.
    if (this.#status === "gone") {
      this.#begin(this.open());
      return;
    }
    if (this.#feed.onSync(head)) this.#catchUp(head);
    else if (this.#feed.cursor?.isLive === true) this.#stopWaiting();
    this.#moved();
  }

  onMessage(frame: MessageFrame): void {
    if (this.#feed.onMessage(frame)) this.#resume();
    else this.#keepWaiting();
    if (frame.type === "message:new") this.#typists.end(frame.payload.sender_id);
    this.#moved();
  }

  /** A change that concerns no message of the log. */
  onOtherChange(seq: Seq): void {
    if (this.#feed.onOtherChange(seq)) this.#resume();
    else this.#keepWaiting();
    this.#moved();
  }

  onRead(marks: Extract<PassingFrame, { type: "message:read" }>["payload"]["marks"]): void {
    this.#mergeReads(marks.map((mark) => [mark.user_id, mark.last_read_seq]));
    this.#publish();
  }

  onTyping(user: UserId, isTyping: boolean, expiresInMs: number): void {
    if (user === this.#ports.me) return;
    if (isTyping) this.#typists.begin(user, expiresInMs);
    else this.#typists.end(user);
    this.#publish();
  }

  /** The user was let in again: live frames begin anew, and a `sync` says where. */
  onJoined(): void {
    this.#feed.onBreak();
    this.#awaitSync(SYNC_PATIENCE_MS);
  }

  /** The server would not let the log follow. */
  onSubscribeRefused(code: string): void {
    if (GONE.has(code)) {
      this.onGone();
      return;
    }
    // Anything else may pass: asked again at the next `sync`, or when none comes.
    this.#feed.onBreak();
    this.#awaitSync(SYNC_PATIENCE_MS);
  }

  /** The conversation was deleted, or the user is out of it. */
  onGone(): void {
    this.#stopWaiting();
    this.#load?.abort.abort();
    this.#load = null;
    this.#status = "gone";
    this.#typists.clear();
    this.#publish();
  }

  /** The outbox has changed. */
  onOutgoing(): void {
    this.#publish();
  }

  /** Ends everything that is under way; the last snapshot stays. */
  close(): void {
    this.#stopWaiting();
    this.#typists.clear();
    this.#load?.abort.abort();
    this.#load = null;
    this.#life.abort();
  }

  async #openNow(): Promise<void> {
    this.#status = "loading";
    this.#feed.reset(this.#ports.heard());
    this.#begin(this.#readMarks());
    await this.#read("first", { kind: "newest" }, (page) => {
      this.#showNewest(page);
      this.#status = "ready";
    });
  }

  #showNewest(page: readonly Message[]): void {
    const hasOlder = page.length >= this.#ports.history.pageMessages;
    this.#feed.stretch.replace(page, { hasOlder, hasNewer: false });
  }

  #isIdle(): boolean {
    return this.#status === "ready" && this.#load === null;
  }

  /** Reads a page and shows it; a later jump or the end of the log overtakes it without a trace. */
  async #read(kind: LoadKind, place: HistoryPlace, show: (page: readonly Message[]) => void): Promise<void> {
    this.#load?.abort.abort();
    const load: Load = { kind, abort: new AbortController(), reading: this.#feed.beginReading() };
    this.#load = load;
    this.#error = null;
    this.#publish();
    try {
      const page = await this.#ports.history.page(this.id, place, load.abort.signal);
      if (this.#load !== load) return;
      show(this.#feed.refreshed(page, load.reading));
      this.#feed.onPlaced(load.reading);
      this.#followOn();
    } catch (error) {
      if (this.#load !== load) return;
      this.#fail(kind, wordOf(error));
    }
    this.#feed.endReading(load.reading);
    this.#load = null;
    this.#moved();
  }

  #fail(kind: LoadKind, word: string): void {
    this.#error = word;
    if (GONE.has(word)) this.#status = "gone";
    else if (kind === "first") this.#status = "failed";
  }

  /** After the first page: what the socket has told of beyond it is asked for. */
  #followOn(): void {
    const { cursor } = this.#feed;
    const heard = this.#ports.heard();
    if (cursor === null || cursor.isLive || cursor.isResuming) return;
    if (heard === null) this.#awaitSync(SYNC_PATIENCE_MS);
    else if (this.#feed.onSync(heard)) this.#resume();
    else this.#stopWaiting();
  }

  /** Asks for what was missed; a stretch that has been left far behind is read anew. */
  #catchUp(head: Seq): void {
    const missed = head - (this.number ?? head);
    if (missed > RESUME_MAX_CHANGES && this.#feed.isAttached) this.#begin(this.open());
    else this.#resume();
  }

  #resume(): void {
    const number = this.#feed.cursor?.number;
    if (number === undefined) return;
    this.#ports.subscribe(number);
    this.#awaitSync(RESUME_PATIENCE_MS);
  }

  /** Something came: a resume that goes on is not asked for again. */
  #keepWaiting(): void {
    if (this.#feed.cursor?.isResuming === true) this.#awaitSync(RESUME_PATIENCE_MS);
  }

  #awaitSync(ms: number): void {
    this.#stopWaiting();
    this.#patience = this.#ports.clock.after(ms, () => {
      this.#patience = null;
      // Without a number the first page is still being read; it asks by itself.
      if (!this.#ports.isOnline() || this.number === null) return;
      this.#feed.insist();
      this.#resume();
    });
  }

  #stopWaiting(): void {
    this.#patience?.();
    this.#patience = null;
  }

  async #readMarks(): Promise<void> {
    try {
      const reads = await this.#ports.history.reads(this.id, this.#life.signal);
      this.#mergeReads(reads);
      this.#publish();
    } catch {
      // Marks that are missing show as unread ticks until the next frame or the next session tells.
    }
  }

  #mergeReads(marks: Iterable<readonly [UserId, Seq]>): void {
    const merged = new Map(this.#reads);
    for (const [user, seq] of marks) merged.set(user, Math.max(seq, merged.get(user) ?? 0));
    this.#reads = merged;
  }

  /** What is begun here ends by itself; its failure is in the snapshot. */
  #begin(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#error = wordOf(error);
      this.#publish();
    });
  }

  #moved(): void {
    this.#publish();
    this.#ports.onMoved(this);
  }

  #publish(): void {
    if (this.#life.signal.aborted) return;
    const kind = this.#load?.kind;
    const { messages, ends } = this.#feed.stretch;
    const before = this.#store.getSnapshot();
    const typing = this.#typists.list();
    const now: LogSnapshot = {
      status: this.#status,
      messages,
      pending: this.#pending.list(),
      hasOlder: ends.hasOlder,
      hasNewer: ends.hasNewer,
      loading: kind === "older" || kind === "newer" ? kind : null,
      reads: this.#reads,
      typing: sameItems(before.typing, typing) ? before.typing : typing,
      error: this.#error,
    };
    if (!isSame(before, now)) this.#store.set(now);
  }
}

function isSame(a: LogSnapshot, b: LogSnapshot): boolean {
  const keys = Object.keys(a) as (keyof LogSnapshot)[];
  return keys.every((key) => a[key] === b[key]);
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}

/** The stable word of a problem; `network` where no server said anything. */
function wordOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return "network";
}
