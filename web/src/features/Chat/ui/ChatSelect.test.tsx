// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import type { Conversation } from "../lib/types.ts";
import { MY, row } from "../model/testkit.ts";
import { ChatSelect, type ChatSelectProps } from "./ChatSelect.tsx";
import { inJsdom, renderChat } from "./testing.tsx";

inJsdom();

const YESTERDAY = new Date(Date.now() - 24 * 60 * 60 * 1000);

function list(props: Partial<ChatSelectProps> = {}) {
  return (
    <ChatSelect
      conversations={[]}
      loading={false}
      selectedChatId={null}
      onSelectChat={() => undefined}
      onCreateConversation={async () => null}
      {...props}
    />
  );
}

const said = (text: string, sender_id: number, created_at = new Date().toISOString()) => ({
  id: text,
  sender_id,
  text,
  created_at,
});

test("says that there are no conversations, and that none is found", async () => {
  const { rerender, user } = await renderChat(list());
  screen.getByText("Нет бесед");
  rerender(<span />);
  await renderChat(list({ conversations: [row("a", { title: "Кафедра" })] }));
  await user.type(screen.getByRole("searchbox"), "xy");
  await screen.findByText("Беседы не найдены");
  expect(screen.queryByText("Кафедра")).toBeNull();
});

test("says that the list is on its way, and offers to ask again when it does not come", async () => {
  const onRetry = vi.fn();
  const { user, rerender } = await renderChat(list({ loading: true }));
  expect(screen.queryByText("Нет бесед")).toBeNull();
  screen.getByText("Загрузка...");
  rerender(<span />);
  await renderChat(list({ error: new Error("no"), onRetry }));
  screen.getByText("Ошибка загрузки бесед");
  await user.click(screen.getByRole("button", { name: "Повторить" }));
  expect(onRetry).toHaveBeenCalledOnce();
});

test("shows who said what, when, and how much is unread", async () => {
  const group = { title: "Кафедра", participants_head: [], unread_count: 100 };
  await renderChat(
    list({
      conversations: [
        row("a", { ...group, last_message: said("Собрание в 14:00", 2, YESTERDAY.toISOString()) }),
        row("b", { type: "private", title: "Иван", last_message: said("Привет", 1) }),
        row("c", { title: "Пусто" }),
      ],
    }),
  );
  const [a, b, c] = screen.getAllByRole("listitem");
  await within(a as HTMLElement).findByText("Иван: Собрание в 14:00");
  within(a as HTMLElement).getByText("Вчера");
  within(a as HTMLElement).getByText("99+");
  within(b as HTMLElement).getByText("Вы: Привет");
  within(c as HTMLElement).getByText("Групповой чат");
});

test("Непрочитанные shows what is unread or marked so, for as long as it is", async () => {
  const marked = row("marked", { title: "Напоминание", my: { ...MY, is_marked_unread: true } });
  const read = row("read", { title: "Прочитано" });
  const rows = (unread: number) => [row("new", { title: "Новое", unread_count: unread }), marked, read];
  let change: (next: Conversation[]) => void = () => undefined;
  function Changing() {
    const [conversations, set] = useState(rows(2));
    change = (next) => act(() => set(next));
    return list({ conversations });
  }
  const { user } = await renderChat(<Changing />);
  const titles = () =>
    screen
      .queryAllByRole("button", { name: /^Действия: / })
      .map((button) => button.getAttribute("aria-label")?.replace("Действия: ", ""));
  expect(titles()).toEqual(["Новое", "Напоминание", "Прочитано"]);
  const tab = screen.getByRole("button", { name: "Непрочитанные" });
  await user.click(tab);
  expect(tab.getAttribute("aria-pressed")).toBe("true");
  expect(titles()).toEqual(["Новое", "Напоминание"]);
  await user.type(screen.getByRole("searchbox"), "нов");
  await waitFor(() => expect(titles()).toEqual(["Новое"]));
  await user.clear(screen.getByRole("searchbox"));
  change(rows(0));
  await waitFor(() => expect(titles()).toEqual(["Напоминание"]));
  change([read]);
  screen.getByText("Беседы не найдены");
  await user.click(screen.getByRole("button", { name: "Все" }));
  expect(titles()).toEqual(["Прочитано"]);
});

test("moves between rows by arrow keys, with one Tab stop", async () => {
  const { user } = await renderChat(
    list({ conversations: ["a", "b", "c"].map((id) => row(id)), selectedChatId: "b" }),
  );
  const rows = () => [...document.querySelectorAll<HTMLElement>("[data-row]")];
  expect(rows().map((each) => each.tabIndex)).toEqual([-1, 0, -1]);
  rows()[1]?.focus();
  await user.keyboard("{ArrowDown}");
  await waitFor(() => expect(document.activeElement).toBe(rows()[2]));
  await user.keyboard("{Home}");
  await waitFor(() => expect(document.activeElement).toBe(rows()[0]));
  expect(rows().map((each) => each.tabIndex)).toEqual([0, -1, -1]);
});

test("deletes only after a yes, and says how it went", async () => {
  let fail: (reason: Error) => void = () => undefined;
  const onDelete = vi.fn(() => new Promise((_, reject) => (fail = reject)));
  const { user } = await renderChat(
    list({ conversations: [row("a", { title: "Кафедра" })], onDeleteConversation: onDelete }),
  );
  await user.click(screen.getByRole("button", { name: "Удалить беседу: Кафедра" }));
  const dialog = await screen.findByRole("alertdialog");
  within(dialog).getByText("Удалить беседу?");
  expect(onDelete).not.toHaveBeenCalled();
  await user.click(within(dialog).getByRole("button", { name: "Удалить" }));
  expect(onDelete).toHaveBeenCalledWith("a");
  await screen.findByText("Удаление...");
  fail(new Error("403"));
  await screen.findByText("Ошибка удаления беседы");
  screen.getByRole("button", { name: "Удалить беседу: Кафедра" });
});

test("asks for the next page when the end is near", async () => {
  const onLoadMore = vi.fn();
  await renderChat(list({ conversations: [row("a")], onLoadMore }));
  // In jsdom everything has no height, so that the end is always near.
  await waitFor(() => expect(onLoadMore).toHaveBeenCalled());
});

test("finds messages from three characters on, and opens one", async () => {
  const onSelectMessage = vi.fn();
  const { server, user } = await renderChat(
    list({ conversations: [row("a", { title: "Кафедра" })], onSelectMessage }),
  );
  const message = { id: "m", conversation_id: "a", seq: 7, number: 7, sender_id: 2, text: "Собрание завтра" };
  server.on("GET /api/unet-chat/search/messages/", () => [
    { message: { ...message, created_at: YESTERDAY.toISOString() } },
  ]);
  const field = screen.getByRole("searchbox");
  await user.type(field, "со");
  expect(screen.queryByRole("region", { name: "Сообщения" })).toBeNull();
  fireEvent.change(field, { target: { value: "собрание" } });
  await user.click(await screen.findByText("Иван Петров: Собрание завтра"));
  expect(onSelectMessage.mock.calls[0]?.[0].message.seq).toBe(7);
});
