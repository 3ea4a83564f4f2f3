// @vitest-environment jsdom
import { QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ListData } from "../conversations/keeper.ts";
import { UploadQueue } from "../files/uploads.ts";
import { FakeServer, fakeParts, message, row } from "../testkit.ts";
import { keys } from "./keys.ts";
import { type ChatRuntime, createChatRuntime, socketUrl } from "./runtime.ts";

let server: FakeServer;
let runtime: ChatRuntime;
let client: ReturnType<typeof fakeParts>["client"];

const LIST = "GET /api/unet-chat/conversations/";

function signedIn(userId: number): void {
  localStorage.setItem("auth_data", JSON.stringify({ access: `t${userId}`, refresh: "r", user_id: userId }));
  window.dispatchEvent(new StorageEvent("storage", { key: "auth_data" }));
}

function make(options = {}): void {
  const fake = fakeParts();
  client = fake.client;
  runtime = createChatRuntime(options, fake.parts);
}

/** What a component with the list does. */
function watchList(): () => void {
  const observer = new QueryObserver(runtime.queries, {
    queryKey: keys.list,
    queryFn: ({ signal }) => runtime.list.readFirst(signal),
  });
  return observer.subscribe(() => undefined);
}

const settle = () => vi.advanceTimersByTimeAsync(10);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
  make();
});
afterEach(() => {
  runtime.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("who is signed in", () => {
  it("is followed from sign-in to sign-out", async () => {
    const release = runtime.hold();
    await settle();
    expect(runtime.me.getSnapshot()).toBeNull();
    signedIn(7);
    await settle();
    expect(runtime.me.getSnapshot()).toBe(7);
    localStorage.clear();
    window.dispatchEvent(new StorageEvent("storage", { key: null }));
    await settle();
    expect(runtime.me.getSnapshot()).toBeNull();
    expect(client.calls.filter((call) => call !== "stop")).toEqual(["start 7"]);
    expect(client.calls.at(-1)).toBe("stop");
    release();
  });

  it("takes everything of the one before along", async () => {
    signedIn(7);
    runtime.hold();
    await settle();
    runtime.queries.setQueryData<ListData>(keys.list, { items: [row("secret")], next: null });
    runtime.people.note([[2, { first_name: "Бермет" }]]);
    const uploads = () => runtime.uploads("c1", (api) => new UploadQueue(api, "c1"));
    uploads().add([new File([""], "empty")]);
    signedIn(8);
    await settle();
    expect(runtime.me.getSnapshot()).toBe(8);
    expect(runtime.queries.getQueryData(keys.list)).toBeUndefined();
    expect(runtime.people.store.getSnapshot().size).toBe(0);
    expect(uploads().store.getSnapshot()).toEqual([]);
  });

  it("is asked of the server when the token does not say", async () => {
    server.on("GET /api/auth/me/", () => ({ id: 12 }));
    make({ getToken: async () => "opaque" });
    runtime.hold();
    await settle();
    expect(client.calls).toContain("start 12");
  });

  it("is tried again when the host could not say", async () => {
    let isAway = true;
    make({
      getToken: async () => {
        if (isAway) throw new TypeError("no network");
        return "opaque";
      },
    });
    server.on("GET /api/auth/me/", () => ({ id: 12 }));
    runtime.hold();
    await settle();
    expect(runtime.me.getSnapshot()).toBeNull();
    isAway = false;
    await vi.advanceTimersByTimeAsync(3000);
    expect(runtime.me.getSnapshot()).toBe(12);
  });
});

describe("the socket", () => {
  it("is open while somebody needs it, and a moment more", async () => {
    signedIn(7);
    const [one, other] = [runtime.hold(), runtime.hold()];
    await settle();
    one();
    one();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.calls).not.toContain("stop");
    other();
    await vi.advanceTimersByTimeAsync(4900);
    expect(client.calls).not.toContain("stop");
    await vi.advanceTimersByTimeAsync(200);
    expect(client.calls).toContain("stop");
  });

  it("survives a remount", async () => {
    signedIn(7);
    runtime.hold()();
    runtime.hold();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.calls).toEqual(["start 7"]);
  });

  it("is where the service is", () => {
    expect(socketUrl("https://chat.test/educations")).toBe("wss://chat.test/educations/api/unet-chat/ws");
    expect(socketUrl("")).toBe("ws://localhost:3000/api/unet-chat/ws");
  });
});

describe("what is kept", () => {
  it("is read again when the socket comes: something may have been said since the first reading", async () => {
    server.on(LIST, () => [row("a")]);
    client.start = () => undefined;
    signedIn(7);
    runtime.hold();
    const stop = watchList();
    await settle();
    expect(server.count(LIST)).toBe(1);
    for (let times = 0; times < 2; times += 1) {
      client.connection.set({ name: "connecting", attempt: 1 });
      client.connection.set({ name: "online" });
      await settle();
    }
    // Later comings are told of as `resumed`.
    expect(server.count(LIST)).toBe(2);
    stop();
  });

  it("is read again after a break, once, and only what somebody looks at", async () => {
    server.on(LIST, () => [row("a")]);
    signedIn(7);
    runtime.hold();
    await settle();
    const stop = watchList();
    await settle();
    runtime.queries.setQueryData(keys.notifications, []);
    client.tell({ type: "resumed" });
    await settle();
    expect(server.count(LIST)).toBe(2);
    expect(server.asked.filter((one) => one.includes("notifications"))).toEqual([]);
    stop();
  });

  it("learns people and presence from lists, and newer presence from events", async () => {
    const other = {
      id: 2,
      username: "bermet",
      first_name: "Бермет",
      last_name: "",
      avatar: "",
      is_online: true,
    };
    server.on(LIST, () => [row("a", { type: "private", other_user: { ...other, last_seen: null } })]);
    signedIn(7);
    runtime.hold();
    await settle();
    await runtime.queries.fetchQuery({
      queryKey: keys.list,
      queryFn: ({ signal }) => runtime.list.readFirst(signal),
    });
    expect(runtime.people.store.getSnapshot().get(2)?.name).toBe("Бермет");
    expect(runtime.presence.store.getSnapshot().get(2)?.isOnline).toBe(true);
    client.tell({
      type: "presence",
      users: [{ user_id: 2, is_online: false, last_seen: "2026-11-21T00:00:00Z" }],
    });
    // A change of the row must not bring the old presence back.
    client.tell({ type: "conversation:updated", conversation: row("a", { title: "x" }) });
    expect(runtime.presence.store.getSnapshot().get(2)).toEqual({
      isOnline: false,
      lastSeen: "2026-11-21T00:00:00Z",
    });
  });

  it("forgets who writes when they send, or are silent", async () => {
    runtime.hold();
    const typing = (userId: number) =>
      ({ type: "typing", conversationId: "a", userId, isTyping: true }) as const;
    const now = () => runtime.typing.store.getSnapshot().get("a") ?? [];
    client.tell(typing(2));
    client.tell(typing(3));
    expect(now()).toEqual([2, 3]);
    client.tell({ type: "message:new", message: message("a", 1, { sender_id: 2 }) });
    expect(now()).toEqual([3]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(now()).toEqual([]);
  });
});
