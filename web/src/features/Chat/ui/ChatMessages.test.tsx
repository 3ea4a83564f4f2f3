// @vitest-environment jsdom
import { act, screen, waitFor } from "@testing-library/react";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { LogSnapshot } from "../lib/realtime/types.ts";
import type { Conversation } from "../lib/types.ts";
import { MY, message, row } from "../model/testkit.ts";
import { ChatMessages, type ChatMessagesProps } from "./ChatMessages.tsx";
import { inJsdom, ME, renderChat } from "./testing.tsx";

inJsdom();

/** The height that the list has in these tests, px: jsdom lays nothing out, and the list draws what is in view. */
const VIEW_HEIGHT = 900;

/** Longer than a page takes to draw what it has and to say that it is read, ms. */
const A_FEW_FRAMES_MS = 100;

beforeAll(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(VIEW_HEIGHT);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(VIEW_HEIGHT);
  Element.prototype.scrollTo = () => undefined;
});

const GROUP = row("c", {
  title: "Кафедра",
  participants: [
    participant(ME, "Айбек", "admin"),
    participant(2, "Иван", "member"),
    participant(3, "Анна", "member"),
  ],
});

function participant(user_id: number, first_name: string, role: "admin" | "member") {
  return {
    user_id,
    first_name,
    last_name: "",
    avatar: "",
    role,
    joined_at: "2026-11-01T00:00:00Z",
    is_online: false,
    last_read_seq: 0,
    last_seen: null,
  };
}

/** Opens a conversation whose log is this one, and may be changed by `show`. */
async function open(
  log: Partial<LogSnapshot> = {},
  props: Partial<ChatMessagesProps> = {},
  conversation: Conversation = GROUP,
) {
  const chat = await renderChat(
    <ChatMessages conversationId="c" conversation={conversation} {...props} />,
    (server) => server.on("GET /api/unet-chat/conversations/c", () => conversation),
  );
  await waitFor(() => expect(chat.client.logs.has("c")).toBe(true));
  const show = (change: Partial<LogSnapshot>) => {
    const store = chat.client.logs.get("c");
    act(() => store?.set({ ...store.getSnapshot(), ...change }));
  };
  show({ status: "ready", ...log });
  return { ...chat, show };
}

const field = () => screen.getByRole<HTMLTextAreaElement>("textbox");

describe("before there are messages", () => {
  test("says that they are on their way, that there are none, or that they did not come", async () => {
    const { show, client } = await open({ status: "loading" });
    expect(screen.getAllByText("Загрузка сообщений...")).not.toHaveLength(0);
    show({ status: "ready" });
    screen.getByText("Нет сообщений");
    show({ status: "failed", error: "network" });
    screen.getByText("Ошибка загрузки сообщений");
    expect(client.calls).toContain("open c");
  });

  test("a conversation that is gone says so, and nothing can be written there", async () => {
    const onBack = vi.fn();
    const { user } = await open({ status: "gone" }, { onBack, showBackButton: false });
    screen.getByText(/больше в ней не участвуете/);
    expect(screen.queryByRole("textbox")).toBeNull();
    await user.click(screen.getByRole("button", { name: "К списку бесед" }));
    expect(onBack).toHaveBeenCalledOnce();
  });
});

describe("the header", () => {
  test("names the group and how many are in it; who writes comes first", async () => {
    const { show } = await open();
    await screen.findByText("Групповой чат · 3 участника");
    show({ typing: [2] });
    // Names come with the participants, which may be later than the count of them.
    await screen.findByText(/Иван Петров печатает…/);
    show({ typing: [2, 3] });
    await screen.findByText(/Иван.*Анна.*печатают…/);
  });

  test("of a private conversation says of what kind it is", async () => {
    const other = {
      id: 2,
      username: "b",
      first_name: "Борис",
      last_name: "",
      avatar: "",
      is_online: false,
      last_seen: null,
    };
    await open({}, {}, row("c", { type: "private", title: null, other_user: other }));
    await screen.findByText(/^Приватный чат/);
    screen.getByRole("heading", { name: "Борис" });
  });

  test("says offline while the socket is down, and not before it was up", async () => {
    const { client } = await open();
    expect(screen.queryByText("offline")).toBeNull();
    act(() => client.connection.set({ name: "waiting", attempt: 2, retryAt: 0 }));
    screen.getByText("offline");
    act(() => client.connection.set({ name: "online" }));
    expect(screen.queryByText("offline")).toBeNull();
  });

  test("leads back where there is a way back, and shows details where the host does", async () => {
    const [onBack, onHeaderClick] = [vi.fn(), vi.fn()];
    const { user } = await open({}, { onBack, onHeaderClick, showBackButton: true });
    await user.click(screen.getByRole("button", { name: "Назад" }));
    await user.click(screen.getByRole("button", { name: "Кафедра" }));
    expect(onBack).toHaveBeenCalledOnce();
    expect(onHeaderClick).toHaveBeenCalledOnce();
  });
});

describe("messages", () => {
  const messages = [message("c", 1), message("c", 2, { sender_id: ME, text: "мой" })];

  test("are a log that is not live; what comes is announced apart", async () => {
    const { show } = await open({ messages, reads: new Map([[ME, 2]]) });
    expect(screen.getByRole("log").getAttribute("aria-live")).toBe("off");
    await screen.findByText("мой");
    show({ messages: [...messages, message("c", 3, { text: "новое" })] });
    await waitFor(() => expect(screen.getByText("1 новое сообщение: Иван Петров")).toBeTruthy());
  });

  test("own ones have two ticks once somebody else has read so far", async () => {
    const { show } = await open({
      messages,
      reads: new Map([
        [ME, 2],
        [2, 1],
      ]),
    });
    await screen.findByRole("img", { name: "Отправлено" });
    show({
      reads: new Map([
        [ME, 2],
        [2, 2],
      ]),
    });
    screen.getByRole("img", { name: "Прочитано" });
  });

  test("what was unread when the conversation was opened stays marked while it is read", async () => {
    const { show } = await open({ messages, reads: new Map([[ME, 0]]) });
    await screen.findByText("Новые сообщения");
    show({ reads: new Map([[ME, 2]]) });
    screen.getByText("Новые сообщения");
  });

  test("where the user has read up to may be known by the list alone", async () => {
    const my = { ...MY, last_read_seq: 2 };
    const more = [...messages, message("c", 3, { text: "после" })];
    await open({ messages: more }, {}, { ...GROUP, my });
    await screen.findByText("Новые сообщения");
    const newest = screen.getByRole("article", { name: /после/ });
    expect(newest.closest("[data-index]")?.textContent).toContain("Новые сообщения");
  });

  test("nothing is read before it is known where the conversation opens", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    const { client, show } = await open({ messages, reads: new Map() }, {}, { ...GROUP, my: null });
    await screen.findByText("мой");
    await act(() => new Promise((done) => setTimeout(done, A_FEW_FRAMES_MS)));
    expect(client.calls).not.toContain("markRead c 2");
    show({ reads: new Map([[ME, 0]]) });
    await waitFor(() => expect(client.calls).toContain("markRead c 2"));
  });

  test("a page that is not looked at reads nothing until it is", async () => {
    const isFocused = vi.spyOn(document, "hasFocus").mockReturnValue(false);
    const { client } = await open({ messages, reads: new Map([[ME, 0]]) });
    await screen.findByText("Новые сообщения");
    await act(() => new Promise((done) => setTimeout(done, A_FEW_FRAMES_MS)));
    expect(client.calls).not.toContain("markRead c 2");
    isFocused.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event("focus")));
    expect(client.calls).toContain("markRead c 2");
  });

  test("the host is told of each new last message, and not of what was there", async () => {
    const onLastMessageUpdate = vi.fn();
    const { show } = await open({ messages, reads: new Map([[ME, 2]]) }, { onLastMessageUpdate });
    show({ messages: [...messages, message("c", 3, { text: "новое" })] });
    expect(onLastMessageUpdate).toHaveBeenCalledOnce();
    expect(onLastMessageUpdate).toHaveBeenCalledWith(
      "c",
      expect.objectContaining({ id: "c-3", text: "новое" }),
    );
  });
});

describe("writing", () => {
  test("goes into the outbox, also while the socket is down, and says that the user writes", async () => {
    const { user, client } = await open();
    act(() => client.connection.set({ name: "offline" }));
    await user.type(field(), "Привет{Enter}");
    expect(client.calls).toContain("send c Привет");
    expect(client.calls).toContain("setTyping c true");
    expect(client.calls.at(-1)).toBe("setTyping c false");
    expect(field().value).toBe("");
  });

  test("the arrow up opens the last own message; Escape leaves it as it is", async () => {
    const messages = [message("c", 1, { sender_id: ME, text: "мой" }), message("c", 2)];
    const { user } = await open({ messages, reads: new Map([[ME, 2]]) });
    await screen.findByText("мой");
    await user.type(field(), "{ArrowUp}");
    const edited = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Текст сообщения" });
    expect(edited.value).toBe("мой");
    await user.type(edited, "{Escape}");
    expect(screen.queryByRole("textbox", { name: "Текст сообщения" })).toBeNull();
  });
});
