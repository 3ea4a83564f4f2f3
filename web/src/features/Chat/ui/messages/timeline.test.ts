import { describe, expect, test } from "vitest";
import type { OutboxEntry } from "../../lib/realtime/types.ts";
import type { Message } from "../../lib/types.ts";
import { message } from "../../model/testkit.ts";
import {
  buildTimeline,
  countAbove,
  firstUnread,
  GROUP_GAP,
  keepEqual,
  startOfDay,
  topOf,
} from "./timeline.ts";

const ME = 1;

/** A message at a moment of the local clock. */
function said(seq: number, at: Date, facts: Partial<Message> = {}): Message {
  return message("c", seq, { created_at: at.toISOString(), ...facts });
}

function pendingEntry(clientId: string, createdAt: number): OutboxEntry {
  return {
    clientId,
    conversationId: "c",
    text: "hi",
    reply: null,
    mentions: [],
    attachments: [],
    createdAt,
    state: "queued",
  };
}

function timeline(
  messages: readonly Message[],
  pending: readonly OutboxEntry[] = [],
  unreadFrom: string | null = null,
) {
  return buildTimeline({ messages, pending, me: ME, unreadFrom });
}

const noon = new Date(2026, 10, 20, 12, 0, 0);
const later = (ms: number) => new Date(noon.getTime() + ms);

describe("groups", () => {
  test("messages of one sender stand together up to five minutes apart", () => {
    const rows = timeline([said(1, noon), said(2, later(GROUP_GAP)), said(3, later(2 * GROUP_GAP + 1))]);
    expect(rows.map((row) => row.isGroupStart)).toEqual([true, false, true]);
    expect(rows.map((row) => row.isGroupEnd)).toEqual([false, true, true]);
  });

  test("another sender, and what the system says, end a group", () => {
    const rows = timeline([
      said(1, noon),
      said(2, noon, { kind: "system" }),
      said(3, noon),
      said(4, noon, { sender_id: 3 }),
    ]);
    expect(rows.every((row) => row.isGroupStart && row.isGroupEnd)).toBe(true);
  });

  test("clocks that go backwards keep the order of the conversation", () => {
    const rows = timeline([said(1, later(60_000)), said(2, noon)]);
    expect(rows.map((row) => row.isGroupStart)).toEqual([true, false]);
  });

  test("a message on its way stands with the user's last one, and keeps its key when it arrives", () => {
    const own = said(1, noon, { sender_id: ME, client_id: "a" });
    const [first, second] = timeline([own], [pendingEntry("b", noon.getTime() + 1000)]);
    expect(second?.isGroupStart).toBe(false);
    const [, arrived] = timeline([own, said(2, noon, { sender_id: ME, client_id: "b" })]);
    expect(arrived?.key).toBe(second?.key);
    expect(first?.key).not.toBe(second?.key);
  });

  test("somebody else's client_id is no key: two people may choose the same", () => {
    const [one, two] = timeline([
      said(1, noon, { sender_id: 2, client_id: "x" }),
      said(2, noon, { sender_id: 3, client_id: "x" }),
    ]);
    expect(one?.key).not.toBe(two?.key);
  });
});

describe("days", () => {
  test("a day begins at the viewer's midnight, and breaks a group", () => {
    const rows = timeline([said(1, new Date(2026, 10, 20, 23, 59)), said(2, new Date(2026, 10, 21, 0, 1))]);
    expect(rows.map((row) => row.day)).toEqual([
      new Date(2026, 10, 20).getTime(),
      new Date(2026, 10, 21).getTime(),
    ]);
    expect(rows[1]?.isGroupStart).toBe(true);
  });

  test("one day has one separator", () => {
    const rows = timeline([said(1, noon), said(2, later(3 * 60 * 60 * 1000))]);
    expect(rows.map((row) => row.day !== null)).toEqual([true, false]);
  });

  test("the start of a day is midnight on days of any length", () => {
    expect(startOfDay(new Date(2026, 2, 29, 15).getTime())).toBe(new Date(2026, 2, 29).getTime());
  });
});

describe("the unread mark", () => {
  const messages = [
    said(1, noon),
    said(2, noon, { sender_id: ME }),
    said(3, noon, { kind: "system" }),
    said(4, noon, { deleted_at: noon.toISOString(), text: null }),
    said(5, noon),
    said(6, noon),
  ];

  test("stands above the first message by a person who is not the user and took nothing back", () => {
    expect(firstUnread(messages, ME, 1)).toBe("c-5");
    expect(firstUnread(messages, ME, 6)).toBeNull();
  });

  test("begins a group of its own", () => {
    const rows = timeline(messages, [], "c-6");
    expect(rows[5]).toMatchObject({ isUnreadStart: true, isGroupStart: true });
    expect(rows[4]?.isGroupEnd).toBe(true);
  });

  test("counts what is above a place", () => {
    expect(countAbove(messages, ME, 0)).toBe(3);
    expect(countAbove(messages, ME, 5)).toBe(1);
    expect(countAbove(messages, ME, 6)).toBe(0);
  });
});

describe("rows of which nothing has changed", () => {
  test("stay the same objects when history is put in front, but for the one that loses its separator", () => {
    const old = [said(3, noon), said(4, noon), said(5, noon)];
    const before = timeline(old);
    const now = keepEqual(before, timeline([said(1, noon), said(2, noon), ...old]));
    expect(now[2]).not.toBe(before[0]);
    expect(now[3]).toBe(before[1]);
    expect(now[4]).toBe(before[2]);
    expect(topOf(now[2] as never)).not.toBe(topOf(before[0] as never));
  });

  test("a changed message has a new row", () => {
    const [one, two] = [said(1, noon), said(2, noon)];
    const before = timeline([one, two]);
    const now = keepEqual(before, timeline([one, { ...two, text: "changed" }]));
    expect(now[0]).toBe(before[0]);
    expect(now[1]).not.toBe(before[1]);
  });
});
