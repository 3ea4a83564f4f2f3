import { beforeEach, describe, expect, it } from "vitest";
import type { Message } from "../types.ts";
import { createChatClient } from "./client.ts";
import { MemoryStorage } from "./storage.ts";
import { FakeClock, settled } from "./testing/clock.ts";
import { messageAt } from "./testing/messages.ts";
import { HandServer, HandSignals, HandTokens, loneTab } from "./testing/socket.ts";
import type { ChatEvent, HistoryPlace } from "./types.ts";

const ME = 1;

function world() {
  const clock = new FakeClock();
  const server = new HandServer();
  const truth: Message[] = [];
  const asked: HistoryPlace[] = [];
  const history = {
    pageMessages: 50,
    page: async (_id: string, where: HistoryPlace) => {
      asked.push(where);
      return [...truth];
    },
    reads: async () => new Map(),
  };
  const storage = new MemoryStorage();
  const client = createChatClient({
    url: "ws://chat.test/api/unet-chat/ws",
    tokens: new HandTokens(),
    history,
    storage,
    openSocket: server.open,
    clock,
    random: () => 0.5,
    signals: new HandSignals(),
    tabs: loneTab,
  });
  const events: ChatEvent[] = [];
  client.listen((event) => events.push(event));
  return { clock, server, truth, asked, client, events };
}

describe("a client", () => {
  let at: ReturnType<typeof world>;
  beforeEach(async () => {
    at = world();
    at.client.start(ME);
    await settled();
    at.server.last.greet(ME);
    at.server.last.say({ type: "sync", payload: { conversation_id: "c", head: 2 } });
  });

  it("shows the newest page and appends what is said", async () => {
    at.truth.push(messageAt(1), messageAt(2));
    const log = at.client.open("c");
    await settled();
    at.server.last.say({ type: "message:new", seq: 3, payload: messageAt(3) });
    expect(log.getSnapshot().messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(at.events).toContainEqual({ type: "message:new", message: messageAt(3) });
    expect(at.server.last.of("subscribe")).toEqual([]);
  });

  it("tells what was read again after the user has marked the conversation as unread", () => {
    at.client.markRead("c", 2);
    at.client.markRead("c", 2);
    expect(at.server.last.of("message:read")).toEqual([{ conversation_id: "c", seq: 2 }]);
    const my = {
      last_read_seq: 2,
      is_marked_unread: true,
      is_hidden: false,
      is_pinned: false,
      muted_until: null,
    };
    at.server.last.say({
      type: "conversation:state",
      payload: { conversation_id: "c", unread_count: 0, my },
    });
    at.client.markRead("c", 2);
    expect(at.server.last.of("message:read")).toHaveLength(2);
  });

  it("shows an own message once, from the press of the key to the history", async () => {
    const log = at.client.open("c");
    await settled();
    const clientId = at.client.send({ conversationId: "c", text: "hi" });
    await settled();
    expect(log.getSnapshot().pending).toMatchObject([{ clientId, state: "sending" }]);
    const { payload } = { payload: at.server.last.of("message:new")[0] };
    expect(payload).toEqual({ conversation_id: "c", text: "hi", client_id: clientId });
    const message = messageAt(3, { sender_id: ME, client_id: clientId, text: "hi" });
    at.server.last.say({ type: "message:new", seq: 3, payload: message });
    expect(log.getSnapshot()).toMatchObject({ messages: [message], pending: [] });
    expect(at.client.outbox.getSnapshot()).toEqual([]);
  });

  it("asks for what it missed after a break, from where it was", async () => {
    at.truth.push(messageAt(1), messageAt(2));
    const log = at.client.open("c");
    await settled();
    at.server.last.close(1006);
    await at.clock.pass(1_000);
    at.server.last.greet(ME);
    at.server.last.say({ type: "sync", payload: { conversation_id: "c", head: 4 } });
    expect(at.server.last.of("subscribe")).toEqual([{ conversation_id: "c", after: 2 }]);
    at.server.last.say({ type: "message:new", seq: 5, payload: messageAt(5) });
    expect(log.getSnapshot().messages.map(({ seq }) => seq)).toEqual([1, 2]);
    at.server.last.say({ type: "message:new", seq: 3, payload: messageAt(3) });
    at.server.last.say({ type: "message:new", seq: 4, payload: messageAt(4) });
    at.server.last.say({ type: "sync", payload: { conversation_id: "c", head: 4 } });
    at.server.last.say({ type: "message:new", seq: 5, payload: messageAt(5) });
    expect(log.getSnapshot().messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(at.events).toContainEqual({ type: "resumed" });
  });

  it("reads the newest page again when it was away for long, instead of hearing everything", async () => {
    at.truth.push(messageAt(1), messageAt(2));
    const log = at.client.open("c");
    await settled();
    at.server.last.close(1006);
    await at.clock.pass(1_000);
    at.truth.push(messageAt(900));
    at.server.last.greet(ME);
    at.server.last.say({ type: "sync", payload: { conversation_id: "c", head: 900 } });
    await settled();
    expect(at.asked).toEqual([{ kind: "newest" }, { kind: "newest" }]);
    at.server.last.say({ type: "message:new", seq: 901, payload: messageAt(901) });
    expect(log.getSnapshot().messages.map(({ seq }) => seq)).toEqual([1, 2, 900, 901]);
    expect(at.server.last.of("subscribe")).toEqual([]);
  });

  it("knows a conversation as gone when the user is removed, and as theirs when they are let in again", async () => {
    const log = at.client.open("c");
    await settled();
    at.server.last.say({
      type: "participant:removed",
      seq: 3,
      payload: { conversation_id: "c", user_id: ME },
    });
    expect(log.getSnapshot().status).toBe("gone");
    expect(at.events).toContainEqual({ type: "conversation:gone", conversationId: "c" });
    at.truth.push(messageAt(1));
    at.server.last.say({ type: "conversation:new", payload: { id: "c" } as never });
    at.server.last.say({ type: "sync", payload: { conversation_id: "c", head: 4 } });
    await settled();
    expect(log.getSnapshot()).toMatchObject({ status: "ready", messages: [messageAt(1)] });
  });

  it("asks for a conversation that the socket does not follow by itself", async () => {
    at.truth.push(messageAt(7, { conversation_id: "d" }));
    at.client.open("d");
    await at.clock.pass(5_000);
    expect(at.server.last.of("subscribe")).toEqual([{ conversation_id: "d", after: 7 }]);
  });

  it("keeps a log for a minute after its last handle, and follows it meanwhile", async () => {
    const [one, two] = [at.client.open("c"), at.client.open("c")];
    await settled();
    one.release();
    one.release();
    two.release();
    await at.clock.pass(20_000);
    at.server.last.say({ type: "message:new", seq: 3, payload: messageAt(3) });
    expect(at.client.open("c").getSnapshot().messages).toHaveLength(1);
    expect(at.asked).toHaveLength(1);
  });

  it("tells of those who write until they stop, fall silent, or send", async () => {
    const log = at.client.open("c");
    await settled();
    const payload = { conversation_id: "c", user_id: 2, is_typing: true, expires_in_ms: 6_000 };
    at.server.last.say({ type: "typing", payload });
    expect(log.getSnapshot().typing).toEqual([2]);
    await at.clock.pass(6_000);
    expect(log.getSnapshot().typing).toEqual([]);
    at.server.last.say({ type: "typing", payload });
    at.server.last.say({ type: "message:new", seq: 3, payload: messageAt(3) });
    expect(log.getSnapshot().typing).toEqual([]);
    const told = at.events
      .filter(({ type }) => type === "typing")
      .map((event) => "isTyping" in event && event.isTyping);
    expect(told).toEqual([true, false, true, false]);
  });

  it("tells of a refusal that is about no send", () => {
    at.server.last.say({
      type: "error",
      payload: { code: "forbidden", message: "not yours", retryable: false },
    });
    expect(at.events).toEqual([{ type: "refused", code: "forbidden", message: "not yours" }]);
  });
});
