// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Conversation, Message, Notification } from "../lib/types.ts";
import { useConversations, useCreateConversation, useDeleteConversation } from "./conversations/hooks.ts";
import { useMyState, useUnreadTotal } from "./conversations/myState.ts";
import { useMessages, useSendMessage } from "./messages/hooks.ts";
import { useConversationLog, useDraft } from "./messages/log.ts";
import { useSearchMessages } from "./messages/search.ts";
import { useNotificationCount, useNotifications } from "./notifications/hooks.ts";
import { useMe, usePeople } from "./people/hooks.ts";
import { useSession } from "./people/session.ts";
import { ChatProvider } from "./runtime/context.tsx";
import { type ChatRuntime, createChatRuntime } from "./runtime/runtime.ts";
import { EMPTY_LOG, FakeServer, fakeParts, MY, message, row } from "./testkit.ts";

const LIST = "GET /api/unet-chat/conversations/";

let server: FakeServer;
let runtime: ChatRuntime;
let fake: ReturnType<typeof fakeParts>;

beforeEach(() => {
  localStorage.setItem("auth_data", JSON.stringify({ access: "t", refresh: "r", user_id: 1 }));
  server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
  fake = fakeParts();
  runtime = createChatRuntime({}, fake.parts);
});
afterEach(() => {
  cleanup();
  runtime.stop();
  vi.unstubAllGlobals();
  localStorage.clear();
});

function wrapper({ children }: { children: ReactNode }) {
  return (
    <StrictMode>
      <ChatProvider runtime={runtime}>{children}</ChatProvider>
    </StrictMode>
  );
}

/** Renders what a hook answers, when the user is known. */
async function rendered<T>(hook: () => T) {
  const view = renderHook(hook, { wrapper });
  await waitFor(() => expect(runtime.me.getSnapshot()).toBe(1));
  return view.result;
}

describe("the list", () => {
  it("is read once, and then told by events", async () => {
    server.on(LIST, () => [row("a", { last_seq: 1 }), row("b", { created_at: "2026-11-02T00:00:00Z" })]);
    const result = await rendered(() => ({ list: useConversations(), total: useUnreadTotal() }));
    await waitFor(() => expect(result.current.list.data?.map(({ id }) => id)).toEqual(["b", "a"]));
    for (const seq of [2, 3])
      act(() => fake.client.tell({ type: "message:new", message: message("a", seq) }));
    await waitFor(() => expect(result.current.list.data?.[0]).toMatchObject({ id: "a", unread_count: 2 }));
    expect(result.current.total).toBe(2);
    // Once at the mount, and once when the socket was there.
    expect(server.asked.filter((one) => one !== LIST)).toEqual([]);
    expect(server.count(LIST)).toBeLessThanOrEqual(2);
  });

  it("that is not all here has the server count what is unread, again after events", async () => {
    let unread = 3;
    const page = new Response(JSON.stringify([row("a")]), { headers: { "X-Next-Cursor": "c1" } });
    vi.stubGlobal("fetch", async (address: string, init: RequestInit) =>
      address.startsWith("/api/unet-chat/conversations/") ? page.clone() : server.fetch(address, init),
    );
    server.on("GET /api/unet-chat/unread/", () => ({ unread_count: unread }));
    const result = await rendered(() => useUnreadTotal());
    await waitFor(() => expect(result.current).toBe(3));
    unread = 4;
    for (const seq of [1, 2, 3]) fake.client.tell({ type: "message:new", message: message("b", seq) });
    await waitFor(() => expect(result.current).toBe(4), { timeout: 3000 });
    expect(server.count("GET /api/unet-chat/unread/")).toBeLessThanOrEqual(3);
  });

  it("shows what is being sent as the newest", async () => {
    server.on(LIST, () => [row("a"), row("b", { created_at: "2026-11-02T00:00:00Z" })]);
    const result = await rendered(() => useConversations());
    await waitFor(() => expect(result.current.data).toHaveLength(2));
    const entry = {
      clientId: "x",
      conversationId: "a",
      text: "Сейчас",
      createdAt: Date.now(),
      state: "queued",
    } as const;
    act(() => fake.client.outbox.set([{ ...entry, reply: null, mentions: [], attachments: [] }]));
    expect(result.current.data?.[0]).toMatchObject({
      id: "a",
      last_message: { text: "Сейчас", sender_id: 1 },
    });
  });

  it("needs no provider of the host, and leaves the host's alone", async () => {
    server.on(LIST, () => [row("a")]);
    const theirs = new QueryClient();
    const { result } = renderHook(() => useConversations(), {
      wrapper: ({ children }) => (
        <QueryClientProvider client={theirs}>{wrapper({ children })}</QueryClientProvider>
      ),
    });
    expect(result.current).toMatchObject({ isLoading: true, data: undefined });
    await waitFor(() => expect(result.current.data).toHaveLength(1));
    expect(theirs.getQueryCache().getAll()).toEqual([]);
  });

  it("has what is made, and not what is deleted", async () => {
    let rows: Conversation[] = [row("a")];
    server.on(LIST, () => rows);
    server.on("POST /api/unet-chat/conversations/", () =>
      row("n", { title: "Новая", created_at: "2026-11-20T00:00:00Z" }),
    );
    server.on("DELETE /api/unet-chat/conversations/a", () => undefined);
    const result = await rendered(() => ({
      list: useConversations(),
      create: useCreateConversation(),
      remove: useDeleteConversation(),
    }));
    await waitFor(() => expect(result.current.list.data).toHaveLength(1));
    rows = [];
    await act(() =>
      result.current.create.mutateAsync({ type: "group", title: "Новая", participant_ids: [2] }),
    );
    await waitFor(() => expect(result.current.list.data?.map(({ id }) => id)).toEqual(["n", "a"]));
    await act(() => result.current.remove.mutateAsync("a"));
    await waitFor(() => expect(result.current.list.data?.map(({ id }) => id)).toEqual(["n"]));
  });

  it("is an error that a sign-in mends", async () => {
    localStorage.clear();
    server.on(LIST, () => [row("a")]);
    server.on("POST /api/auth/login/", () => ({
      message: "",
      tokens: { access: "t", refresh: "r" },
      user: { id: 1, username: "a", email: "", first_name: "", last_name: "" },
    }));
    const { result } = renderHook(() => ({ list: useConversations(), session: useSession() }), { wrapper });
    await waitFor(() => expect(result.current.list.error).toMatchObject({ code: "unauthorized" }));
    expect(server.asked).toEqual([]);
    await act(() => result.current.session.login("anna", "correct horse"));
    await waitFor(() => expect(result.current.list.data).toHaveLength(1));
    expect(runtime.me.getSnapshot()).toBe(1);
  });
});

describe("what the user makes of a conversation", () => {
  it("shows at once, and is taken back when the server refuses", async () => {
    server.on(LIST, () => [row("a")]);
    server.on("GET /api/unet-chat/conversations/a", () => row("a"));
    let answer: (status: number) => void = () => undefined;
    server.on(
      "PATCH /api/unet-chat/conversations/a/my/",
      () => new Promise((_, reject) => (answer = reject)),
    );
    const result = await rendered(() => useMyState("a"));
    await waitFor(() => expect(result.current.my).toEqual(MY));
    const refused = { reason: null as unknown };
    act(() => {
      result.current.pin(true).catch((reason) => (refused.reason = reason));
    });
    await waitFor(() => expect(result.current.my?.is_pinned).toBe(true));
    await act(async () => answer(503));
    await waitFor(() => expect(refused.reason).toMatchObject({ status: 503 }));
    await waitFor(() => expect(result.current.my?.is_pinned).toBe(false));
  });

  it("mutes until a moment, and hears again", async () => {
    server.on(LIST, () => [row("a")]);
    server.on("PATCH /api/unet-chat/conversations/a/my/", (body) => ({
      my: { ...MY, ...(body as object) },
      unread_count: 0,
      last_read_seq: 0,
    }));
    const result = await rendered(() => useMyState("a"));
    await waitFor(() => expect(result.current.my).not.toBeNull());
    await act(() => result.current.mute("2099-01-01T00:00:00Z"));
    await waitFor(() => expect(result.current.isMuted).toBe(true));
    await act(() => result.current.mute(null));
    await waitFor(() => expect(result.current.isMuted).toBe(false));
  });
});

describe("messages", () => {
  it("follow events on the newest page, each once", async () => {
    server.on("GET /api/unet-chat/messages/a", (_, url) =>
      url.searchParams.get("offset") === "0" ? [message("a", 2)] : [message("a", 1)],
    );
    const result = await rendered(() => ({ newest: useMessages("a"), older: useMessages("a", 50, 50) }));
    await waitFor(() => expect(result.current.older.data).toHaveLength(1));
    await waitFor(() => expect(result.current.newest.data).toHaveLength(1));
    const texts = () => result.current.newest.data?.map(({ text }) => text);
    act(() => fake.client.tell({ type: "message:new", message: message("a", 3) }));
    act(() => fake.client.tell({ type: "message:new", message: message("a", 3) }));
    act(() => fake.client.tell({ type: "message:edited", message: message("a", 2, { text: "иначе" }) }));
    await waitFor(() => expect(texts()).toEqual(["иначе", "text 3"]));
    act(() => fake.client.tell({ type: "message:deleted", conversationId: "a", id: "a-2" }));
    await waitFor(() => expect(texts()).toEqual(["text 3"]));
    expect(result.current.older.data?.map(({ seq }) => seq)).toEqual([1]);
  });

  it("are sent with a name that makes a repetition harmless", async () => {
    const bodies: unknown[] = [];
    server.on("POST /api/unet-chat/messages/", (body): Message => {
      bodies.push(body);
      return message("a", 1);
    });
    const result = await rendered(() => useSendMessage());
    await act(() => result.current.mutateAsync({ conversation_id: "a", sender_id: 1, text: "Привет!" }));
    expect(bodies).toEqual([
      {
        client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        conversation_id: "a",
        sender_id: 1,
        text: "Привет!",
      },
    ]);
  });

  it("are searched when the user pauses, from three letters on", async () => {
    const asked: (string | null)[] = [];
    server.on("GET /api/unet-chat/search/messages/", (_, url) => {
      asked.push(url.searchParams.get("q"));
      return [{ message: message("a", 1), snippet: null }];
    });
    const view = renderHook(({ q }) => useSearchMessages({ q }), { wrapper, initialProps: { q: "пр" } });
    expect(view.result.current.isTooShort).toBe(true);
    for (const q of ["при", "прив", "приве"]) view.rerender({ q });
    await waitFor(() => expect(view.result.current.data).toHaveLength(1));
    expect(asked).toEqual(["приве"]);
    expect(view.result.current.hasMore).toBe(false);
  });
});

describe("a conversation on the screen", () => {
  it("is opened, followed, and released", async () => {
    const view = renderHook(({ id }) => useConversationLog(id), { wrapper, initialProps: { id: "a" } });
    await waitFor(() => expect(view.result.current.handle).not.toBeNull());
    act(() => fake.client.logs.get("a")?.set({ ...EMPTY_LOG, messages: [message("a", 1)] }));
    expect(view.result.current.log.messages).toHaveLength(1);
    view.rerender({ id: "b" });
    expect(view.result.current.log.messages).toHaveLength(0);
    view.result.current.send({ text: "да" });
    expect(fake.client.calls.at(-1)).toBe("send b да");
    view.unmount();
    const opened = fake.client.calls.filter((call) => call.startsWith("open "));
    const released = fake.client.calls.filter((call) => call.startsWith("release "));
    expect(released.map((call) => call.slice(8)).sort()).toEqual(opened.map((call) => call.slice(5)).sort());
  });

  it("keeps what is written, for each conversation and over a reload", async () => {
    fake.storage.values.set("draft/1/a", { text: "с прошлого раза", reply: null });
    const view = renderHook(({ id }) => useDraft(id), { wrapper, initialProps: { id: "a" } });
    await waitFor(() => expect(view.result.current.draft.text).toBe("с прошлого раза"));
    view.rerender({ id: "b" });
    act(() => view.result.current.setDraft({ text: "в другой" }));
    view.rerender({ id: "a" });
    expect(view.result.current.draft.text).toBe("с прошлого раза");
    act(() => view.result.current.clear());
    window.dispatchEvent(new Event("pagehide"));
    await waitFor(() => expect([...fake.storage.values.keys()]).toEqual(["draft/1/b"]));
  });
});

describe("people", () => {
  it("who are in no list are asked for once, for everybody", async () => {
    server.on("GET /api/v1/users/chat-users/", () => [
      { id: 5, first_name: "Нурлан", last_name: "", avatar: "" },
    ]);
    const result = await rendered(() => [usePeople([5, 6]), usePeople([5]), usePeople([7])] as const);
    await waitFor(() => expect(result.current[0].get(5)?.name).toBe("Нурлан"));
    expect(result.current[0].get(6)?.name).toBe("Пользователь 6");
    expect(server.count("GET /api/v1/users/chat-users/")).toBe(1);
  });

  it("count the user in, without the picture that the server has for nobody", async () => {
    server.on("GET /api/auth/profile/", () => ({
      id: 1,
      username: "anna",
      profile: { is_online: true, last_seen: "", avatar: "https://via.placeholder.com/150?text=Avatar" },
    }));
    const result = await rendered(() => useMe());
    await waitFor(() => expect(result.current.profile?.username).toBe("anna"));
    expect(result.current.profile?.profile.avatar).toBe("");
  });
});

describe("notifications", () => {
  const note = (id: number, is_read = false) => ({ id, is_read, title: `n${id}` }) as Notification;

  it("come by events, and are marked at once", async () => {
    let unread = 1;
    server.on("GET /api/notifications/", () => [note(1)]);
    server.on("GET /api/notifications/unread_count/", () => ({ unread_count: unread }));
    server.on("POST /api/notifications/mark_all_read/", () => {
      unread = 0;
      return undefined;
    });
    const result = await rendered(() => ({ list: useNotifications(), count: useNotificationCount() }));
    await waitFor(() => expect(result.current.list.data).toHaveLength(1));
    await waitFor(() => expect(result.current.count).toBe(1));
    act(() => fake.client.tell({ type: "notification:new", notification: note(2) }));
    await waitFor(() => expect(result.current.list.data?.map(({ id }) => id)).toEqual([2, 1]));
    await act(() => result.current.list.markAllRead());
    await waitFor(() => expect(result.current.list.data?.every(({ is_read }) => is_read)).toBe(true));
    await waitFor(() => expect(result.current.count).toBe(0));
  });
});
