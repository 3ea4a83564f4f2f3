import { beforeEach, describe, expect, it } from "vitest";
import type { ClientFrame, NewMessage } from "./frames.ts";
import { Outbox } from "./outbox.ts";
import type { Tabs } from "./ports.ts";
import { MemoryStorage } from "./storage.ts";
import { FakeClock, settled } from "./testing/clock.ts";
import { messageAt } from "./testing/messages.ts";

const ME = 1;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** A browser's tabs: words reach the others, and the first that asks leads until it leaves. */
class TwoTabs {
  readonly #listeners = new Map<number, (message: unknown) => void>();
  readonly #line: { tab: number; onLead: () => void }[] = [];

  of(tab: number): Tabs {
    return {
      post: (message) => {
        for (const [other, listener] of this.#listeners)
          if (other !== tab) listener(structuredClone(message));
      },
      listen: (listener) => {
        this.#listeners.set(tab, listener);
        return () => this.#listeners.delete(tab);
      },
      lead: (_name, onLead) => {
        this.#line.push({ tab, onLead });
        if (this.#line.length === 1) queueMicrotask(onLead);
        return () => this.leave(tab);
      },
    };
  }

  leave(tab: number): void {
    const place = this.#line.findIndex((one) => one.tab === tab);
    if (place >= 0) this.#line.splice(place, 1);
    if (place === 0) this.#line[0]?.onLead();
  }
}

function world() {
  const clock = new FakeClock();
  const storage = new MemoryStorage();
  const tabs = new TwoTabs();
  let names = 0;
  const add = (tab: number) => {
    const sent: NewMessage[] = [];
    const net = { online: true, followed: false };
    const outbox = new Outbox({
      storage,
      tabs: tabs.of(tab),
      clock,
      random: () => 0.5,
      newId: () => {
        names += 1;
        return `id-${names}`;
      },
      send: (frame: ClientFrame) => {
        if (frame.type === "message:new") sent.push(frame.payload);
        return true;
      },
      isOnline: () => net.online,
      check: () => undefined,
      isAwaited: () => net.followed,
    });
    const states = () => outbox.list.getSnapshot().map(({ clientId, state }) => `${clientId} ${state}`);
    const ids = () => sent.map((message) => message.client_id);
    return { outbox, sent, net, states, ids };
  };
  return { clock, storage, tabs, add };
}

const ack = (clientId: string, seq: number) => ({
  client_id: clientId,
  id: `m${seq}`,
  conversation_id: "c",
  seq,
  created_at: "",
});

describe("an outbox", () => {
  let at: ReturnType<typeof world>;
  let tab: ReturnType<ReturnType<typeof world>["add"]>;
  beforeEach(async () => {
    at = world();
    tab = at.add(1);
    tab.outbox.start(ME);
    await settled();
  });
  const say = (text = "hi", conversationId = "c") => tab.outbox.add({ conversationId, text });

  it("sends those of one conversation one after the other, and other conversations meanwhile", () => {
    say();
    say();
    say("hi", "d");
    expect(tab.ids()).toEqual(["id-1", "id-3"]);
    tab.outbox.onAck(ack("id-1", 7));
    expect(tab.ids()).toEqual(["id-1", "id-3", "id-2"]);
    expect(tab.states()).toEqual(["id-1 sent", "id-2 sending", "id-3 sending"]);
  });

  it("says what belongs to a message, and nothing that does not", () => {
    tab.outbox.add({
      conversationId: "c",
      text: "to @you",
      reply: { id: "m4", seq: 4, sender_id: 2, text: "quoted" },
      mentions: [{ user_id: 2, offset: 3, length: 4 }],
      attachments: [{ id: 9 } as never],
    });
    expect(tab.sent).toEqual([
      {
        conversation_id: "c",
        text: "to @you",
        client_id: "id-1",
        reply_to: "m4",
        mentions: [{ user_id: 2, offset: 3, length: 4 }],
        attachment_ids: [9],
      },
    ]);
  });

  it("sends again after a break, under the same names and in order", () => {
    say();
    say();
    tab.net.online = false;
    tab.outbox.onLost();
    expect(tab.states()).toEqual(["id-1 queued", "id-2 queued"]);
    tab.net.online = true;
    tab.outbox.onHello();
    tab.outbox.onAck(ack("id-1", 7));
    expect(tab.ids()).toEqual(["id-1", "id-1", "id-2"]);
  });

  it("sends again what is not answered in time", async () => {
    say();
    await at.clock.pass(10_000);
    expect(tab.states()).toEqual(["id-1 queued"]);
    await at.clock.pass(500);
    expect(tab.ids()).toEqual(["id-1", "id-1"]);
  });

  it("waits after an error that may pass, longer each time, and lets nothing overtake", async () => {
    say();
    say();
    const busy = { code: "unavailable", message: "", client_id: "id-1", retryable: true };
    expect(tab.outbox.onError(busy)).toBe(true);
    expect(tab.states()).toEqual(["id-1 queued", "id-2 queued"]);
    await at.clock.pass(500);
    tab.outbox.onError(busy);
    await at.clock.pass(999);
    expect(tab.ids()).toEqual(["id-1", "id-1"]);
    await at.clock.pass(1);
    expect(tab.ids()).toEqual(["id-1", "id-1", "id-1"]);
  });

  it("takes frames beyond the rate for its own, since nobody says whose they were", async () => {
    say();
    expect(tab.outbox.onError({ code: "rate_limited", message: "", retryable: true })).toBe(false);
    expect(tab.states()).toEqual(["id-1 queued"]);
    await at.clock.pass(500);
    expect(tab.ids()).toEqual(["id-1", "id-1"]);
  });

  it("shows why a message cannot be sent, goes on with the next, and tries again when asked", () => {
    say();
    say();
    tab.outbox.onError({ code: "contact_data", message: "no phones", client_id: "id-1", retryable: false });
    expect(tab.outbox.of("c")[0]).toMatchObject({
      state: "failed",
      error: { code: "contact_data", message: "no phones" },
    });
    expect(tab.ids()).toEqual(["id-1", "id-2"]);
    tab.outbox.onAck(ack("id-2", 7));
    tab.outbox.retry("id-1");
    expect(tab.ids()).toEqual(["id-1", "id-2", "id-1"]);
    expect(tab.outbox.of("c")[0]).not.toHaveProperty("error");
  });

  it("refuses what the server would, before it is sent", () => {
    say("x".repeat(32_769));
    say("😀".repeat(32_768));
    expect(tab.outbox.of("c")[0]).toMatchObject({ state: "failed", error: { code: "invalid" } });
    expect(tab.ids()).toEqual(["id-2"]);
  });

  it("gives up what waits or has failed, but not what is on its way", async () => {
    say();
    say();
    tab.outbox.discard("id-1");
    tab.outbox.discard("id-2");
    expect(tab.states()).toEqual(["id-1 sending"]);
    await settled();
    expect(await at.storage.list("outbox/")).toHaveLength(1);
  });

  it("is done with an entry when its message is told of, in whatever state it was", async () => {
    say();
    tab.outbox.onMessage(messageAt(7, { sender_id: 2, client_id: "id-1" }), ME);
    expect(tab.states()).toEqual(["id-1 sending"]);
    tab.outbox.onMessage(messageAt(7, { sender_id: ME, client_id: "id-1" }), ME);
    tab.outbox.onAck(ack("id-1", 7));
    expect(tab.states()).toEqual([]);
    expect(tab.outbox.landing("id-1")).toEqual({ id: "m7", seq: 7 });
    await settled();
    expect(await at.storage.list("outbox/")).toEqual([]);
  });

  it("keeps what is sent for a moment, and longer where a log waits for it", async () => {
    say();
    tab.outbox.onAck(ack("id-1", 7));
    tab.net.followed = true;
    await at.clock.pass(20_000);
    expect(tab.states()).toEqual(["id-1 sent"]);
    tab.net.followed = false;
    await at.clock.pass(5_000);
    expect(tab.states()).toEqual([]);
  });

  it("is done with a message that was deleted before it came", () => {
    say();
    tab.outbox.onAck(ack("id-1", 7));
    tab.outbox.onDeleted("m7");
    expect(tab.states()).toEqual([]);
  });

  it("survives a reload", async () => {
    say("first");
    say("second");
    await settled();
    tab.outbox.stop();
    expect(tab.states()).toEqual([]);
    const reloaded = at.add(2);
    reloaded.outbox.start(ME);
    await settled();
    expect(reloaded.sent.map(({ text, client_id }) => [text, client_id])).toEqual([["first", "id-1"]]);
    reloaded.outbox.onAck(ack("id-1", 7));
    expect(reloaded.ids()).toEqual(["id-1", "id-2"]);
  });

  it("shows nothing of another user", async () => {
    say();
    await settled();
    tab.outbox.start(2);
    await settled();
    expect(tab.states()).toEqual([]);
    tab.outbox.start(ME);
    await settled();
    expect(tab.states()).toEqual(["id-1 sending"]);
  });

  it("asks before it sends what is older than a day, whether the page was closed or asleep", async () => {
    tab.net.online = false;
    say();
    await at.clock.pass(DAY_MS + 1);
    tab.net.online = true;
    tab.outbox.onHello();
    expect(tab.outbox.of("c")[0]).toMatchObject({ state: "failed", error: { code: "expired" } });
    expect(tab.ids()).toEqual([]);
    tab.outbox.retry("id-1");
    expect(tab.ids()).toEqual(["id-1"]);
  });
});

describe("the outbox of two tabs", () => {
  let at: ReturnType<typeof world>;
  let first: ReturnType<ReturnType<typeof world>["add"]>;
  let second: ReturnType<ReturnType<typeof world>["add"]>;
  beforeEach(async () => {
    at = world();
    first = at.add(1);
    second = at.add(2);
    first.outbox.start(ME);
    second.outbox.start(ME);
    await settled();
  });

  it("is sent by one of them and shown by both", async () => {
    second.outbox.add({ conversationId: "c", text: "hi" });
    await settled();
    expect([first.ids(), second.ids()]).toEqual([["id-1"], []]);
    expect(second.states()).toEqual(["id-1 sending"]);
    first.outbox.onMessage(messageAt(7, { sender_id: ME, client_id: "id-1" }), ME);
    await settled();
    expect(second.states()).toEqual([]);
    expect(second.outbox.landing("id-1")).toEqual({ id: "m7", seq: 7 });
  });

  it("is taken over when the one that sends is closed", async () => {
    first.outbox.add({ conversationId: "c", text: "hi" });
    await settled();
    first.net.online = false;
    at.tabs.leave(1);
    await settled();
    expect(second.ids()).toEqual(["id-1"]);
  });

  it("is the same in all tabs when two of them changed an entry at the same time", async () => {
    const words: unknown[] = [];
    const third = at.tabs.of(3);
    third.listen((word) => words.push(word));
    second.outbox.add({ conversationId: "c", text: "hi" });
    await settled();
    const sending = words.at(-1) as { entry: { revision: number } };
    first.outbox.onError({ code: "contact_data", message: "", client_id: "id-1", retryable: false });
    expect(second.states()).toEqual(["id-1 failed"]);
    // A third tab had sent it too, and its word comes late.
    third.post({ ...sending, entry: { ...sending.entry, revision: sending.entry.revision + 1 } });
    third.post(sending);
    expect([first.states(), second.states()]).toEqual([["id-1 failed"], ["id-1 failed"]]);
  });

  it("does not wait for ever for a tab that is asleep", async () => {
    first.net.online = false;
    second.outbox.add({ conversationId: "c", text: "hi" });
    await settled();
    expect(second.ids()).toEqual([]);
    await at.clock.pass(10_000);
    expect(second.ids()).toEqual(["id-1"]);
    second.outbox.onAck(ack("id-1", 7));
    await settled();
    expect(first.states()).toEqual(["id-1 sent"]);
  });
});
