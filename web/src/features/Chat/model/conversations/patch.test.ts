import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MY, message, row } from "../testkit.ts";
import { ordered, withPending } from "./ordering.ts";
import { isStale, patched, UNREAD_CAP } from "./patch.ts";

const ME = 1;

describe("a new message", () => {
  const list = [row("a", { last_seq: 5, unread_count: 1, my: { ...MY, last_read_seq: 4 } }), row("b")];

  it("becomes the row's last one and is unread", () => {
    const [a, b] = patched(list, { type: "message:new", message: message("a", 6) }, ME);
    expect(a).toMatchObject({ last_seq: 6, unread_count: 2, last_message: { id: "a-6", text: "text 6" } });
    expect(b).toBe(list[1]);
  });

  it("of oneself, or of the system, is not unread", () => {
    const own = message("a", 6, { sender_id: ME });
    const system = message("a", 6, { kind: "system" });
    expect(patched(list, { type: "message:new", message: own }, ME)[0]?.unread_count).toBe(1);
    expect(patched(list, { type: "message:new", message: system }, ME)[0]?.unread_count).toBe(1);
  });

  it("told again, as a resume does, changes nothing", () => {
    expect(patched(list, { type: "message:new", message: message("a", 5) }, ME)).toBe(list);
  });

  it("is counted as the server counts: up to a cap", () => {
    const full = [row("a", { unread_count: UNREAD_CAP })];
    expect(patched(full, { type: "message:new", message: message("a", 6) }, ME)[0]?.unread_count).toBe(
      UNREAD_CAP,
    );
  });

  it("in a conversation that is not here has that one read", () => {
    const event = { type: "message:new", message: message("hidden", 6) } as const;
    expect(patched(list, event, ME)).toBe(list);
    expect(isStale(list, event)).toBe("hidden");
  });

  it("is counted once in any order of tellings and repeats", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }), (seqs) => {
        const end = seqs.reduce(
          (now, seq) => patched(now, { type: "message:new", message: message("a", seq) }, ME),
          [row("a")] as ReturnType<typeof patched>,
        );
        // What counts is each step forward: the core tells a conversation's messages in ascending order.
        let [steps, top] = [0, 0];
        for (const seq of seqs) if (seq > top) [steps, top] = [steps + 1, seq];
        expect(end[0]).toMatchObject({ unread_count: steps, last_seq: top });
      }),
    );
  });
});

describe("other events", () => {
  const list = [
    row("a", { last_message: { id: "a-6", sender_id: 2, text: "old", created_at: "2026-11-20T00:00:06Z" } }),
  ];

  it("show an edit of the last message, and of no other", () => {
    const edit = (seq: number) =>
      ({ type: "message:edited", message: message("a", seq, { text: "new" }) }) as const;
    expect(patched(list, edit(6), ME)[0]?.last_message?.text).toBe("new");
    expect(patched(list, edit(5), ME)).toBe(list);
  });

  it("have the row read again when its last or an unread message is deleted", () => {
    const gone = (id: string) => ({ type: "message:deleted", conversationId: "a", id }) as const;
    expect(isStale(list, gone("a-6"))).toBe("a");
    expect(isStale(list, gone("a-5"))).toBeNull();
    expect(isStale([row("a", { unread_count: 1 })], gone("a-5"))).toBe("a");
  });

  it("keep what frames leave out", () => {
    const mine = [row("a", { unread_count: 3, my: { ...MY, is_pinned: true } })];
    const { my: _my, unread_count: _count, ...frame } = row("a", { title: "Новое" });
    const [after] = patched(mine, { type: "conversation:updated", conversation: frame }, ME);
    expect(after).toMatchObject({ title: "Новое", unread_count: 3, my: { is_pinned: true } });
  });

  it("take the row out when it is gone or hidden, and set the count", () => {
    const state = { type: "conversation:state", conversationId: "a", unreadCount: 0 } as const;
    expect(patched(list, { type: "conversation:gone", conversationId: "a" }, ME)).toEqual([]);
    expect(patched(list, { ...state, my: { ...MY, is_hidden: true } }, ME)).toEqual([]);
    expect(patched(list, { ...state, unreadCount: 7, my: MY }, ME)[0]?.unread_count).toBe(7);
    expect(isStale([], { ...state, my: MY })).toBe("a");
    expect(isStale([], { ...state, my: { ...MY, is_hidden: true } })).toBeNull();
  });
});

describe("the order", () => {
  it("is the pinned first, then by newest activity", () => {
    const said = (id: string, at: string) =>
      row(id, { last_message: { id: `${id}-m`, sender_id: 2, text: "", created_at: at } });
    const list = [
      said("old", "2026-11-10T00:00:00Z"),
      row("silent", { created_at: "2026-11-15T00:00:00Z" }),
      row("pinned", { my: { ...MY, is_pinned: true }, created_at: "2026-01-01T00:00:00Z" }),
      said("new", "2026-11-20T00:00:00Z"),
    ];
    expect(ordered(list).map(({ id }) => id)).toEqual(["pinned", "new", "silent", "old"]);
  });

  it("counts what is being sent, until something newer is said", () => {
    const list = [row("a"), row("b", { created_at: "2026-11-02T00:00:00Z" })];
    const entry = {
      clientId: "x",
      conversationId: "a",
      text: "сейчас",
      reply: null,
      mentions: [],
      attachments: [],
      createdAt: Date.parse("2026-11-21T00:00:00Z"),
      state: "queued",
    } as const;
    const sent = ordered(withPending(list, [entry], ME));
    expect(sent[0]).toMatchObject({ id: "a", last_message: { id: "x", text: "сейчас", sender_id: ME } });
    const answered = [
      row("a", { last_message: { id: "y", sender_id: 2, text: "да", created_at: "2026-11-22T00:00:00Z" } }),
    ];
    expect(withPending(answered, [entry], ME)[0]?.last_message?.id).toBe("y");
    expect(withPending(list, [entry], null)).toBe(list);
  });
});
