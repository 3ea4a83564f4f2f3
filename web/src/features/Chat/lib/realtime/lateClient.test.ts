import { describe, expect, test, vi } from "vitest";
import { Store } from "../store.ts";
import { LateClient } from "./lateClient.ts";
import type { Clock } from "./ports.ts";
import type { ChatClient, ChatEvent, ConnectionState, LogSnapshot, OutboxEntry } from "./types.ts";

const READY = { status: "ready", messages: [] } as unknown as LogSnapshot;

/** The core, as far as it notes what it is told. */
function core() {
  const told: string[] = [];
  const note =
    (name: string) =>
    (...given: unknown[]) => {
      told.push([name, ...given.map((one) => JSON.stringify(one))].join(" "));
    };
  const listeners = new Set<(event: ChatEvent) => void>();
  const connection = new Store<ConnectionState>({ name: "connecting", attempt: 1 });
  const log = new Store(READY);
  const client: ChatClient = {
    connection,
    outbox: new Store<readonly OutboxEntry[]>([]),
    start: note("start"),
    stop: note("stop"),
    retryNow: note("retryNow"),
    open(id) {
      note("open")(id);
      const done = async () => undefined;
      return {
        getSnapshot: log.getSnapshot,
        subscribe: log.subscribe,
        loadOlder: done,
        loadNewer: done,
        jumpTo: async (seq) => note("jumpTo")(seq),
        jumpToEnd: done,
        reload: done,
        release: note("release"),
      };
    },
    send(draft) {
      note("send")(draft.clientId, draft.text);
      return draft.clientId ?? "";
    },
    retry: note("retry"),
    discard: note("discard"),
    markRead: note("markRead"),
    setTyping: note("setTyping"),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const say = (event: ChatEvent) => {
    for (const listener of listeners) listener(event);
  };
  return { client, told, connection, say };
}

/** Alarms that ring when the test says so. */
function bell() {
  const rings: (() => void)[] = [];
  const clock: Clock = {
    now: () => 1000,
    after(_, run) {
      rings.push(run);
      return () => undefined;
    },
  };
  return { clock, ring: () => rings.shift()?.() };
}

const settled = () => new Promise((next) => setTimeout(next));

describe("before the core is there", () => {
  test("nothing is loaded", () => {
    const load = vi.fn();
    const late = new LateClient(load, bell().clock);
    expect(late.connection.getSnapshot()).toEqual({ name: "idle" });
    late.stop();
    expect(load).not.toHaveBeenCalled();
  });

  test("it hears later, in order, what it was told", async () => {
    const { client, told } = core();
    const late = new LateClient(async () => client, bell().clock);
    late.start(7);
    const handle = late.open("one");
    const clientId = late.send({ conversationId: "one", text: "hello" });
    late.markRead("one", 3);
    expect(late.connection.getSnapshot()).toEqual({ name: "connecting", attempt: 1 });
    expect(handle.getSnapshot().status).toBe("loading");
    const jumped = handle.jumpTo(5);
    await jumped;
    expect(told).toEqual([
      "start 7",
      'open "one"',
      `send "${clientId}" "hello"`,
      'markRead "one" 3',
      "jumpTo 5",
    ]);
    expect(handle.getSnapshot()).toBe(READY);
  });

  test("a conversation that was left again is not opened", async () => {
    const { client, told } = core();
    const late = new LateClient(async () => client, bell().clock);
    late.start(7);
    late.open("one").release();
    await settled();
    expect(told).toEqual(["start 7"]);
  });

  test("who signs out and in again before it comes is one user after the other", async () => {
    const { client, told } = core();
    const late = new LateClient(async () => client, bell().clock);
    late.start(7);
    late.stop();
    expect(late.connection.getSnapshot()).toEqual({ name: "idle" });
    late.start(8);
    await settled();
    expect(told).toEqual(["start 7", "stop", "start 8"]);
  });
});

test("once it is there, everything goes through", async () => {
  const { client, told, connection, say } = core();
  const late = new LateClient(async () => client, bell().clock);
  const heard: ChatEvent[] = [];
  late.listen((event) => heard.push(event));
  late.start(7);
  await settled();
  connection.set({ name: "online" });
  expect(late.connection.getSnapshot()).toEqual({ name: "online" });
  say({ type: "resumed" });
  expect(heard).toEqual([{ type: "resumed" }]);
  late.open("two").release();
  late.stop();
  expect(told).toEqual(["start 7", 'open "two"', "release", "stop"]);
});

test("when it cannot be loaded that is a lost connection, tried again by itself and at once when asked", async () => {
  const { client, told } = core();
  const load = vi.fn<() => Promise<ChatClient>>();
  load.mockRejectedValueOnce(new TypeError("no network")).mockRejectedValueOnce(new TypeError("no network"));
  load.mockResolvedValue(client);
  const { clock, ring } = bell();
  const late = new LateClient(load, clock);
  late.start(7);
  await settled();
  expect(late.connection.getSnapshot()).toEqual({ name: "waiting", attempt: 1, retryAt: 4000 });
  ring();
  await settled();
  expect(late.connection.getSnapshot()).toMatchObject({ name: "waiting", attempt: 2 });
  late.retryNow();
  await settled();
  expect(told).toEqual(["start 7"]);
  expect(load).toHaveBeenCalledTimes(3);
});
