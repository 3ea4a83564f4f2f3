import { beforeEach, describe, expect, it } from "vitest";
import type { Message } from "../types.ts";
import { Feed } from "./feed.ts";
import type { MessageFrame } from "./frames.ts";
import { messageAt } from "./testing/messages.ts";

const said = (seq: number): MessageFrame => ({ type: "message:new", seq, payload: messageAt(seq) });
const edited = (at: number, seq: number, text: string): MessageFrame => ({
  type: "message:edited",
  seq,
  payload: messageAt(at, { text }),
});
const deleted = (at: number, seq: number): MessageFrame => ({
  type: "message:deleted",
  seq,
  payload: { id: `m${at}`, conversation_id: "c", message_seq: at },
});

describe("a feed", () => {
  let feed: Feed;
  const seqs = () => feed.stretch.messages.map(({ seq }) => seq);
  const texts = () => feed.stretch.messages.map(({ text }) => text);

  function place(page: readonly Message[], meanwhile: readonly MessageFrame[] = [], hasNewer = false): void {
    const reading = feed.beginReading();
    for (const frame of meanwhile) feed.onMessage(frame);
    feed.stretch.replace(feed.refreshed(page, reading), { hasOlder: false, hasNewer });
    feed.onPlaced(reading);
    feed.endReading(reading);
  }

  beforeEach(() => {
    feed = new Feed();
    feed.reset(3);
    place([messageAt(1), messageAt(2), messageAt(3)]);
  });

  it("does not let a page undo what frames said while it was read", () => {
    place([messageAt(1), messageAt(2), messageAt(3)], [edited(1, 4, "new"), deleted(2, 5), said(6)]);
    expect(seqs()).toEqual([1, 3, 6]);
    expect(texts()[0]).toBe("new");
  });

  it("never shows a deleted message again, whatever an old page says", () => {
    feed.onMessage(deleted(2, 4));
    place([messageAt(1), messageAt(2), messageAt(3)]);
    feed.onMessage(edited(2, 5, "late"));
    expect(seqs()).toEqual([1, 3]);
  });

  it("shows nothing that was said after a message that is missing", () => {
    expect(feed.onMessage(said(6))).toBe(true);
    expect(feed.holds(6)).toBe(true);
    feed.onMessage(said(4));
    expect(seqs()).toEqual([1, 2, 3, 4]);
    feed.onMessage(said(5));
    feed.onSync(6);
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("does not append to a stretch that ends before the newest message", () => {
    place([messageAt(1)], [], true);
    feed.onMessage(said(4));
    expect(seqs()).toEqual([1]);
    feed.onMessage(edited(1, 5, "new"));
    expect(texts()).toEqual(["new"]);
    expect(feed.cursor?.number).toBe(5);
  });

  it("keeps a later change when a resume says the message as it was before", () => {
    feed.onBreak();
    expect(feed.onSync(6)).toBe(true);
    feed.onMessage(said(4));
    feed.onMessage(edited(4, 7, "live"));
    feed.onMessage(said(4));
    expect(texts().at(-1)).toBe("live");
  });

  it("believes a resume that began after the change it has seen", () => {
    feed.onBreak();
    feed.onSync(6);
    feed.onMessage(said(4));
    feed.onMessage(edited(4, 7, "of the last session"));
    feed.onBreak();
    feed.onSync(9);
    feed.onMessage({ type: "message:new", seq: 4, payload: messageAt(4, { text: "now" }) });
    expect(texts().at(-1)).toBe("now");
  });
});
