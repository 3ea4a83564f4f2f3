/** Every screen and state under the rules of axe: in the light and in the dark, on a desk and in a hand. */
import { type BrowserContextOptions, devices } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { ChatPage } from "./support/chat.ts";
import { DOCUMENT, PICTURE } from "./support/files.ts";
import type { Person } from "./support/people.ts";
import { expect, test } from "./support/test.ts";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

const LOOKS: readonly (readonly [string, BrowserContextOptions])[] = [
  ["a desk in the light", { colorScheme: "light" }],
  ["a desk in the dark", { colorScheme: "dark" }],
  ["a phone in the light", { ...phone, colorScheme: "light" }],
  ["a phone in the dark", { ...phone, colorScheme: "dark" }],
];

/** A conversation with one of everything. */
async function furnish(anna: Person, boris: Person, clara: Person): Promise<void> {
  const { id } = await boris.create({
    type: "group",
    title: "Кафедра",
    participant_ids: [anna.id, clara.id],
  });
  const asked = await boris.send(id, "Кто идёт? https://example.org");
  await clara.send(id, "Я иду", { reply_to: asked.id });
  await anna.send(id, "И я");
  await clara.talkTo(anna).then((talk) => clara.send(talk.id, "Привет"));
}

for (const [look, browser] of LOOKS) {
  test.describe(look, () => {
    test("the doors: sign in, sign up, what is wrong with them", async ({ seat }) => {
      const { page } = await seat({ browser });
      const chat = new ChatPage(page);
      await chat.expectSignedOut();
      await expectAccessible(page, "sign in");
      await page.getByRole("button", { name: "Войти" }).click();
      await expectAccessible(page, "sign in, with errors");
      await chat.signIn("nobody", "это не пароль");
      await expect(page.getByText("Неверное имя пользователя или пароль")).toBeVisible();
      await expectAccessible(page, "sign in, refused");
      await page.getByRole("button", { name: "Нет учётной записи? Зарегистрируйтесь" }).click();
      await page.getByRole("button", { name: "Зарегистрироваться" }).click();
      await expectAccessible(page, "sign up, with errors");
    });

    test("the rooms: list, conversation, menus, dialogs, panels", async ({ seat, newcomer }) => {
      const [anna, boris, clara] = [await newcomer("Анна"), await newcomer("Борис"), await newcomer("Клара")];
      const { page } = await seat({ as: anna, browser });
      const chat = new ChatPage(page);
      await expect(page.getByText("Нет бесед")).toBeVisible();
      await expectAccessible(page, "no conversations");
      await furnish(anna, boris, clara);
      await expect(chat.list.getByRole("listitem")).toHaveCount(2);
      await expectAccessible(page, "the list");

      await page.getByRole("button", { name: "Новая беседа" }).first().click();
      await expectAccessible(page, "the dialog for a new conversation");
      await page.getByRole("combobox").click();
      await expect(page.getByRole("option").first()).toBeVisible();
      await expectAccessible(page, "the choice of people");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("option")).toHaveCount(0);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      const search = page.getByRole("searchbox").first();
      await search.fill("Кто идёт");
      await expect(page.getByRole("heading", { name: "Сообщения" })).toBeVisible();
      await expectAccessible(page, "found messages");
      await search.fill("");
      await page.getByRole("button", { name: /^Уведомления/ }).click();
      await expectAccessible(page, "the notifications");
      await page.keyboard.press("Escape");

      await chat.open("Кафедра");
      await expect(chat.message("И я")).toBeVisible();
      await expectAccessible(page, "a conversation");
      await chat.attach([PICTURE, DOCUMENT]);
      await expect(page.getByRole("progressbar")).toHaveCount(0);
      await expectAccessible(page, "files before they are sent");
      await chat.composer.press("Enter");
      await expect(chat.log.getByRole("img", { name: PICTURE.name })).toBeVisible();
      await expectAccessible(page, "files that were sent");
      await chat.openMenu("И я");
      await expectAccessible(page, "the menu of a message");
      await page.getByRole("menuitem", { name: "Ответить" }).click();
      await expectAccessible(page, "an answer");
      await chat.openDetails("Кафедра");
      await expectAccessible(page, "the details of a group");
    });

    test("a broken connection", async ({ seat, newcomer }) => {
      const anna = await newcomer("Анна");
      const { page, line } = await seat({ as: anna, browser });
      line.refuse((_method, path) => path.includes("/ws"));
      line.hangUp();
      await expect(page.getByRole("button", { name: "Повторить сейчас" })).toBeVisible();
      await expectAccessible(page, "the banner");
    });
  });
}
