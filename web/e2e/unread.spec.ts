/** What is read is what was looked at: opening a conversation reads nothing that did not come into view. */
import type { Page } from "@playwright/test";
import { ChatPage } from "./support/chat.ts";
import type { Person } from "./support/people.ts";
import { expect, test } from "./support/test.ts";

/** More than a view holds, less than what is counted exactly. */
const UNREAD = 40;

/** More than a page holds: the first unread message is not on the newest one. */
const UNREAD_BEYOND_A_PAGE = 70;

/** What a page would be told and tell within, had it anything to tell, ms: marks are gathered for less than that. */
const SILENCE_MS = 2_000;

const line = (at: number) => `строка ${String(at).padStart(2, "0")}`;

/** Somebody who has read a greeting, and after it nothing of `count` messages of one line. */
async function leaveUnread(reader: Person, writer: Person, count: number): Promise<string> {
  const { id } = await reader.talkTo(writer);
  await writer.send(id, "прочитано раньше");
  await reader.read(id);
  for (let at = 1; at <= count; at += 1) await writer.send(id, line(at));
  return id;
}

async function unreadCount(reader: Person, conversation: string): Promise<number | null | undefined> {
  const rows = await reader.conversations();
  return rows.find(({ id }) => id === conversation)?.unread_count;
}

/** From the first moment on the page is not looked at, until `look`: its window lies behind another one. */
function unfocused(): void {
  document.hasFocus = () => false;
}

/** From the first moment on the page is a tab in the background. */
function hidden(): void {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
}

/** The window comes to the front again, its tab too. */
async function look(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.hasFocus = () => true;
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "visible" });
    document.dispatchEvent(new Event("visibilitychange"));
    window.dispatchEvent(new Event("focus"));
  });
}

for (const count of [UNREAD, UNREAD_BEYOND_A_PAGE]) {
  test(`a first opening with ${count} unread messages begins at the first of them`, async ({
    seat,
    newcomer,
  }) => {
    const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
    const id = await leaveUnread(anna, boris, count);
    const chat = new ChatPage((await seat({ as: anna })).page);
    await expect(chat.row(boris.name)).toContainText(`${count} непрочитанн`);
    await chat.open(boris.name);

    const divider = chat.log.getByText("Новые сообщения");
    await expect(divider).toBeInViewport();
    await expect(chat.message(line(1))).toBeInViewport();
    await expect(chat.message(line(count))).not.toBeInViewport();
    // What was in view is read, what lies below is not.
    await expect.poll(() => unreadCount(anna, id)).toBeLessThan(count);
    expect(await unreadCount(anna, id)).toBeGreaterThan(0);

    await chat.page.getByRole("button", { name: /К последним|новых|новое/ }).click();
    await expect(chat.message(line(count))).toBeInViewport();
    await expect.poll(() => unreadCount(anna, id)).toBe(0);

    await chat.scrollToTop();
    await expect(divider).toHaveCount(1);
  });
}

for (const [what, script] of [
  ["behind another window", unfocused],
  ["in the background", hidden],
] as const) {
  test(`a page ${what} reads nothing until it is looked at`, async ({ seat, newcomer }) => {
    const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
    const id = await leaveUnread(anna, boris, 1);
    const annas = new ChatPage((await seat({ as: anna, script })).page);
    const boriss = new ChatPage((await seat({ as: boris })).page);
    await annas.open(boris.name);
    await boriss.open(anna.name);
    await expect(annas.message(line(1))).toBeInViewport();
    await boriss.send("пока никто не смотрит");
    await expect(annas.message("пока никто не смотрит")).toBeInViewport();

    await annas.page.waitForTimeout(SILENCE_MS);
    expect(await unreadCount(anna, id)).toBe(2);
    await expect(annas.row(boris.name)).toContainText("2 непрочитанных");
    await expect(boriss.progress("пока никто не смотрит", "прочитано")).toHaveCount(0);

    await look(annas.page);
    await expect(boriss.progress("пока никто не смотрит", "прочитано")).toBeVisible();
    await expect.poll(() => unreadCount(anna, id)).toBe(0);
    await expect(annas.log.getByText("Новые сообщения")).toBeVisible();
  });
}

test("a reminder ends when the conversation is opened again, though all of it was read", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const id = await leaveUnread(anna, boris, 1);
  const other = await newcomer("Клара");
  await anna.talkTo(other);
  const chat = new ChatPage((await seat({ as: anna })).page);
  await chat.open(boris.name);
  await expect.poll(() => unreadCount(anna, id)).toBe(0);
  await chat.open(other.name);
  await chat.choose(boris.name, "Отметить непрочитанной");
  await expect(chat.row(boris.name)).toContainText("Отмечена непрочитанной");
  await chat.open(boris.name);
  await expect(chat.row(boris.name)).not.toContainText("Отмечена непрочитанной");
  const isMarked = async () =>
    (await anna.conversations()).find((row) => row.id === id)?.my?.is_marked_unread;
  await expect.poll(isMarked).toBe(false);
});
