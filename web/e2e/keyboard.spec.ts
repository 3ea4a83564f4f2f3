import type { Locator } from "@playwright/test";
import { ChatPage } from "./support/chat.ts";
import { PASSWORD } from "./support/people.ts";
import { expect, test } from "./support/test.ts";

/** More steps than any screen has Tab stops, or a menu entries. */
const MOST_STOPS = 40;

test("the whole story without a mouse", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { page } = await seat();
  const chat = new ChatPage(page);
  const press = (...keys: string[]) =>
    keys.reduce((last, key) => last.then(() => page.keyboard.press(key)), Promise.resolve());

  await moveTo(page.getByLabel("Имя пользователя"));
  await page.keyboard.type(anna.username);
  await moveTo(page.getByLabel("Пароль", { exact: true }));
  await page.keyboard.type(PASSWORD);
  await press("Enter");
  await chat.expectSignedIn();

  await moveTo(page.getByRole("button", { name: "Новая беседа" }).first());
  await press("Enter");
  const dialog = chat.dialog("Новая беседа");
  await expect(dialog).toBeVisible();
  await moveTo(dialog.getByRole("radio", { name: "Группа" }));
  await press("ArrowDown");
  await expect(dialog.getByRole("radio", { name: "Личная" })).toBeChecked();
  await moveTo(dialog.getByRole("combobox"));
  await page.keyboard.type(boris.name);
  await expect(page.getByRole("option", { name: boris.name })).toBeVisible();
  await press("ArrowDown", "Enter");
  await moveTo(dialog.getByRole("button", { name: "Создать" }));
  await press("Enter");

  await moveTo(chat.composer);
  await page.keyboard.type("набрано руками");
  await press("Enter");
  await expect(chat.progress("набрано руками", "отправлено")).toBeVisible();

  await press("ArrowUp");
  const field = chat.log.getByRole("textbox");
  await expect(field).toBeFocused();
  await press("End");
  await page.keyboard.type(" и исправлено");
  await press("Enter");
  await expect(chat.message("набрано руками и исправлено")).toContainText("изменено");

  await moveTo(chat.message("набрано руками и исправлено"), "Shift+Tab");
  await press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await moveTo(page.getByRole("menuitem", { name: "Ответить" }), "ArrowDown");
  await press("Enter");
  await expect(chat.composer).toBeFocused();
  await page.keyboard.type("ответ себе");
  await press("Enter");
  await expect(chat.message("ответ себе")).toContainText("набрано руками и исправлено");

  await moveTo(chat.row(boris.name).getByRole("button").first(), "Shift+Tab");
  await press("Enter");
  await expect(chat.composer).toBeVisible();
});

test("deleting, reacting, notifications and the way out without a mouse, and the focus comes back", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await anna.send(id, "остаётся");
  await anna.send(id, "пропадёт");
  const { page } = await seat({ as: anna });
  const chat = new ChatPage(page);
  const { keyboard } = page;
  await moveTo(chat.row(boris.name).getByRole("button").first());
  await keyboard.press("Enter");
  await expect(chat.message("пропадёт")).toBeVisible();
  await moveTo(chat.composer);

  await moveTo(chat.message("пропадёт"), "Shift+Tab");
  await keyboard.press("Enter");
  await moveTo(page.getByRole("menuitem", { name: "Удалить" }), "ArrowDown");
  await keyboard.press("Enter");
  const asked = page.getByRole("alertdialog", { name: "Удалить сообщение?" });
  await expect(asked).toBeVisible();
  await keyboard.press("Escape");
  await expect(asked).toBeHidden();
  await expect(chat.message("пропадёт")).toBeFocused();
  await keyboard.press("Enter");
  await moveTo(page.getByRole("menuitem", { name: "Удалить" }), "ArrowDown");
  await keyboard.press("Enter");
  await moveTo(asked.getByRole("button", { name: "Удалить" }));
  await keyboard.press("Enter");
  await expect(chat.message("пропадёт")).toHaveCount(0);
  // The row that had the focus is gone; writing goes on.
  await expect(chat.composer).toBeFocused();
  await moveTo(chat.message("остаётся"), "Shift+Tab");

  await keyboard.press("Enter");
  await moveTo(page.getByRole("menuitem", { name: "Отреагировать", exact: true }), "ArrowDown");
  await keyboard.press("Enter");
  const emoji = chat.dialog("Отреагировать");
  await moveTo(emoji.getByRole("button", { name: "👍" }));
  await keyboard.press("Enter");
  await expect(chat.message("остаётся").getByRole("button", { name: /👍/ })).toBeVisible();
  await expect(chat.message("остаётся")).toBeFocused();

  const bell = page.getByRole("button", { name: /^Уведомления/ });
  await moveTo(bell, "Shift+Tab");
  await keyboard.press("Enter");
  await expect(chat.dialog("Уведомления")).toBeVisible();
  await keyboard.press("Escape");
  await expect(bell).toBeFocused();

  const profile = page.getByRole("button", { name: /^Профиль/ });
  await moveTo(profile);
  await keyboard.press("Enter");
  await expect(chat.dialog("Профиль")).toBeVisible();
  await keyboard.press("Escape");
  await expect(profile).toBeFocused();
  await keyboard.press("Enter");
  await moveTo(chat.dialog("Профиль").getByRole("button", { name: "Выйти" }));
  await keyboard.press("Enter");
  await chat.expectSignedOut();
});

/** Presses a key until the place has the focus. */
async function moveTo(place: Locator, key: "Tab" | "Shift+Tab" | "ArrowDown" = "Tab"): Promise<void> {
  const page = place.page();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await place.evaluate((element) => element.matches(":focus"))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never comes to ${place}`);
}
