import type { LogSnapshot } from "../types.ts";
import type { FakeTab } from "./tab.ts";
import type { Room } from "./truth.ts";

/** Looks at every snapshot that a page would draw, and says at once what may never be seen. */
export class Watch {
  readonly #tab: FakeTab;
  readonly #room: Room;
  readonly #given: ReadonlySet<string>;
  #before: LogSnapshot | null = null;

  constructor(tab: FakeTab, room: Room, given: ReadonlySet<string>) {
    this.#tab = tab;
    this.#room = room;
    this.#given = given;
  }

  look(): void {
    const now = this.#tab.handles.get(this.#room.id)?.getSnapshot();
    if (now === undefined) return;
    this.#order(now);
    this.#holes(now);
    this.#pending(now);
    this.#nothingVanishes(now);
    this.#before = now;
  }

  #order({ messages }: LogSnapshot): void {
    messages.forEach((message, at) => {
      const next = messages[at + 1];
      if (next !== undefined && next.seq <= message.seq)
        this.#fail(`${message.seq} stands before ${next.seq}`);
    });
    const ids = new Set(messages.map(({ id }) => id));
    if (ids.size < messages.length) this.#fail("a message is shown twice");
  }

  #holes({ messages }: LogSnapshot): void {
    const shown = new Set(messages.map(({ id }) => id));
    const first = messages[0]?.seq ?? 0;
    const last = messages.at(-1)?.seq ?? -1;
    for (const { id, seq } of this.#room.messages()) {
      if (seq >= first && seq <= last && !shown.has(id)) this.#fail(`a hole at ${seq} in ${first}…${last}`);
    }
  }

  #pending({ messages, pending }: LogSnapshot): void {
    const said = new Set(messages.map((message) => message.client_id));
    const names = pending.map(({ clientId }) => clientId);
    if (new Set(names).size < names.length) this.#fail("an entry is pending twice");
    for (const name of names) if (said.has(name)) this.#fail(`${name} is shown and pending`);
    const earlier = (this.#before?.pending ?? []).map(({ clientId }) => clientId);
    const kept = names.filter((name) => earlier.includes(name));
    const asBefore = earlier.filter((name) => names.includes(name));
    if (kept.join() !== asBefore.join()) this.#fail(`pending moved: ${asBefore.join()} → ${kept.join()}`);
  }

  /** What was pending is a message afterwards, unless the user gave it up, it was deleted, or the page looks elsewhere. */
  #nothingVanishes(now: LogSnapshot): void {
    if (now.hasNewer || now.status === "gone" || this.#before?.hasNewer === true) return;
    for (const { clientId } of this.#before?.pending ?? []) {
      if (this.#given.has(clientId) || now.pending.some((entry) => entry.clientId === clientId)) continue;
      if (now.messages.some((message) => message.client_id === clientId)) continue;
      const row = this.#room.rows.find(({ message }) => message.client_id === clientId);
      const isBefore = row !== undefined && row.message.seq < (now.messages[0]?.seq ?? 0);
      if (row?.isDeleted !== true && !isBefore)
        this.#fail(
          `${clientId} has vanished (${row?.message.seq}): ${JSON.stringify(now)} was ${JSON.stringify(this.#before)}`,
        );
    }
  }

  #fail(what: string): never {
    throw new Error(`${this.#room.id}: ${what}`);
  }
}
