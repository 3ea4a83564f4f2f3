import type { UserId } from "../../types.ts";
import { FakeClock, settled } from "./clock.ts";
import { Prng } from "./prng.ts";
import { FakeServer } from "./server.ts";
import { FakeBrowser, FakeTab } from "./tab.ts";
import { type Room, Truth } from "./truth.ts";
import { Watch } from "./watch.ts";

const ME: UserId = 1;
const OTHERS: readonly UserId[] = [2, 3];
const ROOMS = ["a", "b", "c"];
/** Steps of a run, and what lies between two at most, in ms. */
const STEPS = 70;
const PAUSE_MS = 900;
/** A storage takes no longer, with all that waits for it before. */
const STORED_MS = 3_000;
/** A network without chaos: after this everything has come to rest. The longest pause of a client is 30 s. */
const CALM_MS = 120_000;

/** What a user sent. */
interface Sent {
  readonly clientId: string;
  readonly room: string;
  readonly text: string;
  /** Which page sent it. */
  readonly page: number;
  /** The page died before it was stored: it may or may not have been sent. */
  isUncertain: boolean;
}

/** One run of random acts on a random network: everything follows from the seed. */
export class Model {
  readonly #clock = new FakeClock();
  readonly #prng: Prng;
  readonly #truth = new Truth();
  readonly #server: FakeServer;
  readonly #browser: FakeBrowser;
  readonly #sent: Sent[] = [];
  readonly #given = new Set<string>();
  /** Refused at least once, and so perhaps asked for again later. */
  readonly #hasFailed = new Set<string>();
  readonly #pages = new Map<FakeTab, number>();
  readonly #marked = new Map<FakeTab, { room: string; seq: number }[]>();
  #failure: Error | null = null;
  #texts = 0;

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    const ports = { truth: this.#truth, clock: this.#clock, prng: this.#prng };
    this.#server = new FakeServer(ports);
    this.#browser = new FakeBrowser({ ...ports, server: this.#server });
    for (const id of ROOMS) {
      const room = this.#truth.room(id);
      for (const user of [ME, ...OTHERS]) room.setIn(user, true);
      for (let count = this.#prng.below(20); count > 0; count -= 1) this.#byOthers(room);
    }
  }

  async run(): Promise<void> {
    this.#addTab();
    for (let step = 0; step < STEPS; step += 1) {
      this.#act();
      await this.#pass(this.#prng.below(PAUSE_MS));
    }
    await this.#calmDown();
    this.#compare();
    const asked = this.#server.subscribes;
    for (const socket of [...this.#server.sockets]) socket.end(1006, "");
    await this.#pass(CALM_MS);
    // Whoever has the head's number asks for nothing.
    if (this.#server.subscribes !== asked) throw new Error("a log's number is not the head");
    this.#compare();
  }

  async #pass(ms: number): Promise<void> {
    await this.#clock.pass(ms);
    if (this.#failure !== null) throw this.#failure;
  }

  #act(): void {
    const die = this.#prng.below(100);
    const room = this.#truth.room(this.#prng.pick(ROOMS) ?? "a");
    if (die < 30) this.#truth.commit(room, () => this.#byOthers(room));
    else if (die < 75) this.#byTab(room);
    else if (die < 85) this.#server.cut(this.#prng.chance(0.3));
    else if (die < 90) for (const socket of this.#server.sockets) socket.lag();
    else if (die < 92) this.#truth.revoke();
    else if (die < 94) this.#turnMe(room);
    else if (die < 97 && this.#browser.tabs.size < 3) this.#addTab();
    else this.#killTab();
  }

  /** Removes the user, or lets them in again. */
  #turnMe(room: Room): void {
    this.#truth.commit(room, () => room.setIn(ME, !room.isIn(ME)));
    // What was read where one is no longer is nobody's concern.
    for (const [tab, marks] of this.#marked) {
      this.#marked.set(
        tab,
        marks.filter((mark) => mark.room !== room.id),
      );
    }
  }

  #byOthers(room: Room): void {
    const user = this.#prng.pick(OTHERS) ?? 2;
    const die = this.#prng.below(10);
    const row = this.#prng.pick(room.rows.slice(-15));
    this.#texts += 1;
    if (die < 5 || row === undefined) room.say(user, `said ${this.#texts}`, null);
    else if (die < 7) room.edit(row);
    else if (die < 8) room.delete(row);
    else if (die < 9) room.rename();
    else room.setIn(4, !room.isIn(4));
    if (this.#prng.chance(0.4)) this.#byOthers(room);
  }

  #addTab(): void {
    const tab = new FakeTab(this.#browser, ME);
    tab.client.outbox.subscribe(() => {
      for (const { clientId, state } of tab.client.outbox.getSnapshot()) {
        if (state === "failed") this.#hasFailed.add(clientId);
      }
    });
    this.#openIn(tab, this.#truth.room(this.#prng.pick(ROOMS) ?? "a"));
  }

  #openIn(tab: FakeTab, room: Room): void {
    if (tab.handles.has(room.id)) return;
    const watch = new Watch(tab, room, this.#given);
    const handle = tab.open(room.id);
    handle.subscribe(() => {
      try {
        watch.look();
      } catch (error) {
        this.#failure ??= error as Error;
      }
    });
  }

  /** A page dies, and another one takes its place. */
  #killTab(): void {
    const tab = this.#prng.pick([...this.#browser.tabs]);
    if (tab === undefined) return;
    this.#lost(tab);
    tab.kill();
    if (this.#browser.tabs.size === 0) this.#addTab();
  }

  /** What a page has not stored yet is gone with it, unless it was sent. */
  #lost(tab: FakeTab): void {
    const stored = [...this.#browser.stored.keys()];
    for (const { clientId, createdAt } of tab.client.outbox.getSnapshot()) {
      const sent = this.#sent.find((one) => one.clientId === clientId);
      const isStored = stored.some((key) => key.endsWith(`/${clientId}`));
      const isOver = this.#given.has(clientId) || this.#truth.hasSent(ME, clientId);
      const isLate = this.#clock.now() - createdAt > STORED_MS;
      if (!isStored && !isOver && isLate) throw new Error(`${clientId} is not stored`);
      if (sent !== undefined) sent.isUncertain = !isStored;
    }
  }

  #byTab(room: Room): void {
    const tab = this.#prng.pick([...this.#browser.tabs]);
    if (tab === undefined) return;
    const handle = tab.handles.get(room.id);
    const die = this.#prng.below(100);
    if (die < 40) this.#send(tab, room);
    else if (handle === undefined) this.#openIn(tab, room);
    else if (die < 50) void handle.loadOlder();
    else if (die < 58) void handle.loadNewer();
    else if (die < 66) void handle.jumpTo(this.#prng.below(room.head) + 1);
    else if (die < 73) void handle.jumpToEnd();
    else if (die < 78) tab.release(room.id);
    else if (die < 84) this.#markRead(tab, room);
    else if (die < 88) tab.client.retryNow();
    else if (die < 91) tab.tell("offline");
    else if (die < 95) tab.tell("online");
    else if (die < 97) tab.tell("visible");
    else this.#giveUp(tab);
  }

  #send(tab: FakeTab, room: Room): void {
    this.#texts += 1;
    const text = `${this.#prng.chance(0.05) ? "bad" : "sent"} ${this.#texts}`;
    const clientId = tab.client.send({ conversationId: room.id, text });
    this.#sent.push({ clientId, room: room.id, text, page: this.#pageOf(tab), isUncertain: false });
    if (this.#prng.chance(0.4)) this.#send(tab, room);
  }

  #pageOf(tab: FakeTab): number {
    const page = this.#pages.get(tab) ?? this.#pages.size;
    this.#pages.set(tab, page);
    return page;
  }

  #giveUp(tab: FakeTab): void {
    const entry = tab.client.outbox
      .getSnapshot()
      .find(({ state }) => state === "failed" || state === "queued");
    if (entry === undefined) return;
    this.#given.add(entry.clientId);
    tab.client.discard(entry.clientId);
  }

  #markRead(tab: FakeTab, room: Room): void {
    const seq = tab.handles.get(room.id)?.getSnapshot().messages.at(-1)?.seq;
    if (seq === undefined || !room.isIn(ME)) return;
    tab.client.markRead(room.id, seq);
    this.#marked.set(tab, [...(this.#marked.get(tab) ?? []), { room: room.id, seq }]);
  }

  async #calmDown(): Promise<void> {
    this.#server.hasChaos = false;
    for (const tab of this.#browser.tabs) {
      tab.tell("online");
      // Two revocations in a row sign a user out.
      tab.signIn();
    }
    for (const id of ROOMS) {
      const room = this.#truth.room(id);
      this.#truth.commit(room, () => room.setIn(ME, true));
      // A frame that was forgotten is missed when the next one comes.
      this.#truth.commit(room, () => room.rename());
    }
    await this.#pass(CALM_MS);
    for (const tab of this.#browser.tabs) {
      for (const { clientId, error } of tab.client.outbox.getSnapshot()) {
        if (error?.code === "not_participant") tab.client.retry(clientId);
      }
      for (const handle of tab.handles.values()) void handle.reload();
    }
    await this.#pass(CALM_MS);
    await settled();
  }

  /** At rest: every page shows what is true, and every send is one message. */
  #compare(): void {
    for (const tab of this.#browser.tabs) {
      for (const [id, handle] of tab.handles) {
        const { status, messages, pending, hasOlder, hasNewer } = handle.getSnapshot();
        const truth = this.#truth.room(id).messages();
        const connection = tab.client.connection.getSnapshot().name;
        if (status !== "ready" || connection !== "online")
          throw new Error(`${id} is ${status}, ${connection}`);
        const first = hasOlder ? (messages[0]?.seq ?? Number.POSITIVE_INFINITY) : 0;
        const last = hasNewer ? (messages.at(-1)?.seq ?? -1) : Number.POSITIVE_INFINITY;
        const expected = truth.filter(({ seq }) => seq >= first && seq <= last);
        if (JSON.stringify(messages) !== JSON.stringify(expected)) {
          throw new Error(`${id}: ${brief(messages)} instead of ${brief(expected)}`);
        }
        const waiting = pending.filter((entry) => entry.error?.code !== "contact_data");
        if (waiting.length > 0) throw new Error(`${id}: still pending: ${JSON.stringify(waiting)}`);
      }
    }
    for (const sent of this.#sent) this.#compareSent(sent);
    this.#compareOrder();
    for (const tab of this.#browser.tabs) {
      for (const { room, seq } of this.#marked.get(tab) ?? []) {
        const mark = this.#truth.room(room).reads.get(ME) ?? 0;
        if (mark < seq) throw new Error(`${room} is read up to ${mark}, not ${seq}`);
      }
    }
  }

  /** What one page said in one conversation stands in the order in which it was said, unless it had to be asked for again. */
  #compareOrder(): void {
    const last = new Map<string, { seq: number; text: string }>();
    for (const { room, page, text, clientId } of this.#sent) {
      const row = this.#truth.room(room).rows.find(({ firstText }) => firstText === text);
      if (row === undefined || this.#hasFailed.has(clientId)) continue;
      const before = last.get(`${room}/${page}`);
      if (before !== undefined && before.seq > row.message.seq)
        throw new Error(`"${text}" overtook "${before.text}"`);
      last.set(`${room}/${page}`, { seq: row.message.seq, text });
    }
  }

  #compareSent({ clientId, room, text, isUncertain }: Sent): void {
    const count = this.#truth.room(room).rows.filter(({ firstText }) => firstText === text).length;
    const isOptional = isUncertain || this.#given.has(clientId) || text.startsWith("bad");
    if (count > 1 || (count === 0 && !isOptional)) throw new Error(`"${text}" was said ${count} times`);
  }
}

function brief(messages: readonly { seq: number; text?: string | null }[]): string {
  return `[${messages.map(({ seq, text }) => `${seq} ${text}`).join(", ")}]`;
}
