// @vitest-environment jsdom
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { createTranslator } from "../../lib/i18n/translator.ts";
import { MY, row } from "../../model/testkit.ts";
import { inJsdom, notification, renderChat } from "../testing.tsx";
import { actionPath, isAboutOrders, subjectOf, titleOf } from "./entry.ts";
import NotificationCenter from "./NotificationCenter.tsx";

inJsdom();

const MESSAGE = notification({
  id: 1,
  conversation_id: "a",
  related_object_type: "chat",
  related_object_id: 5,
});
const ORDER = notification({
  id: 2,
  type: "new_order",
  title: "Новый заказ",
  message: "Курсовая",
  related_object_type: "order",
  related_object_id: 7,
  created_at: new Date(Date.now() - 5 * 60 * 1000).toISOString(),
});
const ALL_ON = {
  orderConfirmation: true,
  claims: true,
  messages: true,
  balanceTopUp: true,
  bids: true,
  systemUpdates: true,
};

async function center(entries: readonly object[], conversations: readonly object[] = []) {
  const told = { onClose: vi.fn(), onOpenConversation: vi.fn(), onOpenPath: vi.fn() };
  const page = await renderChat(<NotificationCenter isOpen {...told} />, (server) =>
    server
      .on("GET /api/notifications/", () => entries)
      .on("GET /api/notifications/unread_count/", () => ({ unread_count: entries.length }))
      .on("GET /api/notifications/settings/", () => ALL_ON)
      .on("GET /api/unet-chat/conversations/", () => conversations),
  );
  return { ...page, ...told };
}

test.each([
  ["message", "message"],
  ["mention", "message"],
  ["new_order", "order"],
  ["order_completed", "order"],
  ["payment_received", "balance"],
  ["new_bid", "bid"],
  ["claim_opened", "claim"],
  ["application_approved", "system"],
] as const)("%s is about %s", (type, subject) => {
  expect(subjectOf({ type })).toBe(subject);
});

test("orders are told from messages, and lead to the host's page", () => {
  expect([MESSAGE, ORDER].map(isAboutOrders)).toEqual([false, true]);
  expect(actionPath(ORDER)).toBe("/order/7");
  expect(actionPath({ related_object_type: "order", related_object_id: null })).toBeNull();
});

test.each([
  ["message", "Новое сообщение от Анна Ким", "New message from Анна Ким"],
  ["mention", "Вас упоминает Анна Ким", "Анна Ким mentioned you"],
  ["mention", "Вас упоминает Анна Ким в «Курс «Б»»", "Анна Ким mentioned you in “Курс «Б»”"],
  ["reply", "Ответ от Анна Ким", "Reply from Анна Ким"],
  ["reply", "Ответ от Анна Ким в «Курс»", "Reply from Анна Ким in “Курс”"],
  ["added", "Вас добавили в беседу", "You were added to a conversation"],
  ["message", "Xabar", "Xabar"],
  ["system", "Новое сообщение от системы", "Новое сообщение от системы"],
  ["constructor", "Новый заказ", "Новый заказ"],
])("%s, %j, reads in English: %j; in Russian as it came", async (type, title, expected) => {
  const [english, russian] = [await createTranslator("en"), await createTranslator("ru")];
  expect(titleOf({ type, title }, english.language.getSnapshot().t)).toBe(expected);
  expect(titleOf({ type, title }, russian.language.getSnapshot().t)).toBe(title);
});

test("an entry and the button that deletes it are named in the reader's language", async () => {
  await renderChat(
    <NotificationCenter isOpen onClose={() => undefined} onOpenConversation={() => undefined} />,
    (server) => server.on("GET /api/notifications/", () => [MESSAGE]),
    "ky",
  );
  await screen.findByText("Ивана жаңы билдирүү жазды");
  screen.getByRole("button", { name: /Ивана жаңы билдирүү жазды$/ });
});

test("a click on a message marks it read and opens its conversation", async () => {
  const { user, server, onOpenConversation, onClose } = await center([MESSAGE, ORDER]);
  server.on("POST /api/notifications/1/mark_read/", () => MESSAGE);
  await screen.findByRole("tab", { name: "Все (2)" });
  screen.getByText("5 мин. назад");
  expect(screen.getAllByText("Непрочитано")).toHaveLength(2);
  await user.click(screen.getByRole("button", { name: /Новое сообщение от Ивана.*Привет/ }));
  expect(onOpenConversation).toHaveBeenCalledWith("a");
  expect(onClose).toHaveBeenCalled();
  await waitFor(() => expect(server.count("POST /api/notifications/1/mark_read/")).toBe(1));
});

test("orders stand under a tab of their own and lead to their page", async () => {
  const { user, server, onOpenPath, onOpenConversation } = await center([MESSAGE, ORDER]);
  server.on("POST /api/notifications/2/mark_read/", () => ORDER);
  await user.click(await screen.findByRole("tab", { name: "Заказы" }));
  expect(screen.queryByText("Привет")).toBeNull();
  await user.click(screen.getByRole("button", { name: /Новый заказ.*Курсовая/ }));
  expect(onOpenPath).toHaveBeenCalledWith("/order/7");
  expect(onOpenConversation).not.toHaveBeenCalled();
});

test("what could not be deleted comes back, and it is said", async () => {
  const { user } = await center([ORDER]);
  await user.click(await screen.findByRole("button", { name: "Удалить уведомление: Новый заказ" }));
  await screen.findByText("Не удалось сохранить изменение");
  await screen.findByText("Новый заказ");
});

test("says when there is nothing, and when it does not come", async () => {
  const { rerender } = await center([]);
  await screen.findByText("Нет уведомлений");
  rerender(<span />);
  await renderChat(
    <NotificationCenter isOpen onClose={() => undefined} onOpenConversation={() => undefined} />,
  );
  await screen.findByText("Не удалось загрузить уведомления");
});

test("turns a switch, and takes it back when the server refuses", async () => {
  const { user, server } = await center([]);
  await user.click(await screen.findByRole("tab", { name: "Настройки" }));
  const claims = await screen.findByRole("switch", { name: "Претензии" });
  expect(screen.getAllByRole("switch")).toHaveLength(6);
  server.on("PATCH /api/notifications/settings/", (body) => ({ ...ALL_ON, ...(body as object) }));
  await user.click(claims);
  await waitFor(() => expect(claims.getAttribute("aria-checked")).toBe("false"));
  server.answers.delete("PATCH /api/notifications/settings/");
  await user.click(claims);
  await screen.findByText("Не удалось сохранить изменение");
  expect(claims.getAttribute("aria-checked")).toBe("false");
});

test("lists what is muted", async () => {
  const muted = row("a", { title: "Кафедра", my: { ...MY, muted_until: "9999-12-31T00:00:00Z" } });
  const { user } = await center([], [muted, row("b", { title: "Громкая" })]);
  await user.click(await screen.findByRole("tab", { name: "Настройки" }));
  const entry = (await screen.findByText("Кафедра")).closest("li");
  within(entry as HTMLElement).getByRole("button", { name: "Включить звук" });
  expect(screen.queryByText("Громкая")).toBeNull();
});
