// @vitest-environment jsdom
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { createTranslator } from "../../lib/i18n/translator.ts";
import type { Locale } from "../../lib/locale.ts";
import type { Notification } from "../../lib/types.ts";
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
  data: { conversation_type: "private", sender_name: "Иван Асанов" },
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

const ANNA = { sender_name: "Анна Ким" };
const PRIVATELY = { ...ANNA, conversation_type: "private" };
const inGroup = (title: string | null) => ({
  ...ANNA,
  conversation_type: "group",
  conversation_title: title,
});

test.each([
  ["message", PRIVATELY, "New message from Анна Ким", "Анна Ким жаңы билдирүү жазды"],
  ["message", inGroup("Курс"), "New message from Анна Ким", "Анна Ким жаңы билдирүү жазды"],
  ["mention", PRIVATELY, "Анна Ким mentioned you", "Анна Ким сизди эскерди"],
  [
    "mention",
    inGroup("Курс «Б»"),
    "Анна Ким mentioned you in “Курс «Б»”",
    "Анна Ким сизди «Курс «Б»» маегинде эскерди",
  ],
  ["reply", PRIVATELY, "Reply from Анна Ким", "Анна Ким сизге жооп берди"],
  [
    "reply",
    inGroup(null),
    "Reply from Анна Ким in “Group chat”",
    "Анна Ким сизге «Топтук чат» маегинде жооп берди",
  ],
  [
    "added",
    { ...inGroup("Курс"), sender_name: undefined },
    "You were added to a conversation",
    "Сизди маекке кошушту",
  ],
])("%s with %j is called %j, and %j", async (type, data, english, kyrgyz) => {
  expect(await titles({ type, title: "Заголовок", data }, "en", "ky")).toEqual([english, kyrgyz]);
});

test.each([
  ["a server that says no facts", { type: "mention", title: "Вас упоминает Анна в «Курс»" }],
  [
    "a message of nobody",
    { type: "message", title: "Новое сообщение", data: { conversation_type: "private" } },
  ],
  ["facts that are none", { type: "added", title: "Вас добавили в беседу", data: ["group"] }],
  ["a host", { type: "system", title: "Новости", data: PRIVATELY }],
  ["a type like a property of every object", { type: "constructor", title: "Новый заказ", data: PRIVATELY }],
])("the title of %s stays as it came", async (_what, entry) => {
  expect(await titles(entry, "en", "ru", "ky")).toEqual([entry.title, entry.title, entry.title]);
});

/** What an entry is called in each of these languages. */
function titles(
  entry: Pick<Notification, "type" | "title" | "data">,
  ...locales: Locale[]
): Promise<string[]> {
  return Promise.all(
    locales.map(async (locale) => {
      const { language } = await createTranslator(locale);
      return titleOf(entry, language.getSnapshot().t, locale);
    }),
  );
}

test("an entry and the button that deletes it are named in the reader's language", async () => {
  await renderChat(
    <NotificationCenter isOpen onClose={() => undefined} onOpenConversation={() => undefined} />,
    (server) => server.on("GET /api/notifications/", () => [MESSAGE]),
    "ky",
  );
  await screen.findByText("Иван Асанов жаңы билдирүү жазды");
  screen.getByRole("button", { name: /Иван Асанов жаңы билдирүү жазды$/ });
});

test("a click on a message marks it read and opens its conversation", async () => {
  const { user, server, onOpenConversation, onClose } = await center([MESSAGE, ORDER]);
  server.on("POST /api/notifications/1/mark_read/", () => MESSAGE);
  await screen.findByRole("tab", { name: "Все (2)" });
  screen.getByText("5 мин. назад");
  expect(screen.getAllByText("Непрочитано")).toHaveLength(2);
  await user.click(screen.getByRole("button", { name: /Новое сообщение от Иван Асанов.*Привет/ }));
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
