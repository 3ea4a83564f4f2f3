/** The states between the screens, under the rules of axe: each in the light on a desk, and in the dark in a hand. */
import { type BrowserContextOptions, devices, type Locator, type Page } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { ChatPage } from "./support/chat.ts";
import { PICTURE, TOO_LARGE } from "./support/files.ts";
import { PASSWORD, type Person } from "./support/people.ts";
import { LIST, MESSAGES, problem } from "./support/problems.ts";
import { expect, test } from "./support/test.ts";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

const LOOKS: readonly (readonly [string, BrowserContextOptions])[] = [
  ["a desk in the light", { colorScheme: "light" }],
  ["a phone in the dark", { ...phone, colorScheme: "dark" }],
];

/** Tries that the page makes by itself before it says that something cannot be loaded, and what they take, ms. */
const GIVES_UP_MS = 30_000;

const GROUP = "Кафедра";

/** A group of hers, in which somebody else has written, and a talk. */
async function furnish(anna: Person, boris: Person): Promise<void> {
  const { id } = await anna.create({ type: "group", title: GROUP, participant_ids: [boris.id] });
  await boris.send(id, "позже");
  await anna.talkTo(boris).then((talk) => boris.send(talk.id, "Привет"));
}

/** What asks before something is done; looked at, and answered with no. */
async function expectQuestion(page: Page, title: string): Promise<void> {
  const asked = page.getByRole("alertdialog", { name: title });
  await expect(asked).toBeVisible();
  await expectAccessible(page, title);
  await asked.getByRole("button", { name: "Отмена" }).click();
  await expect(asked).toBeHidden();
}

async function closeDialog(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Закрыть" }).click();
  await expect(dialog).toBeHidden();
}

for (const [look, browser] of LOOKS) {
  test.describe(look, () => {
    test("the list: what is found, menus, questions, people to choose from", async ({ seat, newcomer }) => {
      const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
      await furnish(anna, boris);
      const { page } = await seat({ as: anna, browser });
      const chat = new ChatPage(page);
      const search = page.getByRole("searchbox", { name: "Поиск бесед и сообщений" });
      await search.fill("позже");
      await expect(page.getByRole("button", { name: /позже/ })).toBeVisible();
      await expectAccessible(page, "messages that are found");
      await search.fill("такого нет нигде");
      await expect(page.getByText("Беседы не найдены")).toBeVisible();
      await expect(page.getByText("Поиск сообщений...")).toHaveCount(0);
      await expectAccessible(page, "nothing is found");
      await search.fill("");

      await chat.openRowMenu(GROUP);
      await expect(page.getByRole("menu")).toBeVisible();
      await expectAccessible(page, "the menu of a row");
      await page.getByRole("menuitem", { name: "Покинуть группу" }).click();
      await expectQuestion(page, "Покинуть группу?");
      await chat.choose(boris.name, "Удалить беседу");
      await expectQuestion(page, "Удалить беседу?");

      await page.getByRole("button", { name: "Новая беседа" }).first().click();
      const dialog = chat.dialog("Новая беседа");
      await dialog.getByRole("combobox").first().fill(boris.name);
      await expect(page.getByRole("option", { name: boris.name })).toBeVisible();
      await expectAccessible(page, "people to choose from");
    });

    test("the windows: profile, messages, notifications", async ({ seat, newcomer }) => {
      const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
      await furnish(anna, boris);
      const { page } = await seat({ as: anna, browser });
      const chat = new ChatPage(page);
      await page.getByRole("button", { name: /^Профиль/ }).click();
      const profile = chat.dialog("Профиль");
      await expect(profile.getByLabel("Фамилия")).toHaveValue(anna.lastName);
      await expectAccessible(page, "the profile");
      await profile.getByRole("button", { name: "Сохранить" }).click();
      await expect(page.getByText("Профиль сохранён")).toBeVisible();
      await expectAccessible(page, "a toast");
      await closeDialog(profile);

      await page.getByRole("button", { name: /^Сообщения:/ }).click();
      const messages = chat.dialog("Сообщения");
      await expect(messages.getByRole("button", { name: /Кафедра/ })).toBeVisible();
      await expectAccessible(page, "the window of messages");
      await messages.getByRole("button", { name: /Кафедра/ }).click();
      await expect(chat.message("позже")).toBeVisible();
      await expectAccessible(page, "a conversation in the window of messages");
      await closeDialog(messages);

      await page.getByRole("button", { name: /^Уведомления/ }).click();
      const centre = chat.dialog("Уведомления");
      await expect(centre.getByRole("listitem").first()).toBeVisible();
      await expectAccessible(page, "notifications");
      await centre.getByRole("tab", { name: "Заказы" }).click();
      await expect(centre.getByText("Нет уведомлений")).toBeVisible();
      await expectAccessible(page, "no notifications about orders");
      await centre.getByRole("tab", { name: "Настройки" }).click();
      await expect(centre.getByRole("switch").first()).toBeVisible();
      await expectAccessible(page, "what to be notified about");
      await closeDialog(centre);
    });

    test("a conversation: its menu, search, mentions", async ({ seat, newcomer }) => {
      const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
      await furnish(anna, boris);
      const { page } = await seat({ as: anna, browser });
      const chat = new ChatPage(page);
      await chat.open(GROUP);
      await expect(chat.message("позже")).toBeVisible();
      await page.getByRole("button", { name: "Действия с беседой" }).click();
      const toSearch = page.getByRole("menuitem", { name: "Поиск в беседе" });
      await expect(toSearch).toBeVisible();
      await expectAccessible(page, "the menu of a conversation");
      await toSearch.click();
      const search = page.getByRole("searchbox", { name: "Поиск в беседе" });
      await search.fill("позже");
      await expect(page.getByText("Найдено 1 сообщение")).toBeVisible();
      await expectAccessible(page, "messages of a conversation that are found");
      await search.fill("такого нет нигде");
      await expect(page.getByText("Сообщения не найдены")).toBeVisible();
      await expectAccessible(page, "nothing is found in a conversation");
      await page.getByRole("button", { name: "Закрыть поиск" }).click();
      await chat.composer.pressSequentially("@");
      await expect(page.getByRole("listbox", { name: "Упомянуть участника" })).toBeVisible();
      await expectAccessible(page, "people to mention");
    });

    test("messages: emoji, editing, questions, a picture", async ({ seat, newcomer }) => {
      const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
      await furnish(anna, boris);
      const { page } = await seat({ as: anna, browser });
      const chat = new ChatPage(page);
      await chat.open(GROUP);
      await chat.openMenu("позже");
      await page.getByRole("menuitem", { name: "Отреагировать", exact: true }).click();
      const emoji = chat.dialog("Отреагировать");
      await expect(emoji).toBeVisible();
      await expectAccessible(page, "emoji to react with");
      await page.keyboard.press("Escape");
      await expect(emoji).toBeHidden();
      await chat.send("своё");
      await expect(chat.progress("своё", "отправлено|прочитано")).toBeVisible();
      await chat.act("своё", "Редактировать");
      await expect(chat.log.getByRole("textbox")).toBeFocused();
      await expectAccessible(page, "a message that is changed");
      await page.keyboard.press("Escape");
      await chat.act("своё", "Удалить");
      await expectQuestion(page, "Удалить сообщение?");

      await chat.attach([PICTURE]);
      await expect(page.getByRole("progressbar")).toHaveCount(0);
      await chat.composer.press("Enter");
      await chat.log.getByRole("button", { name: /^Открыть изображение/ }).click();
      await expect(page.getByRole("dialog").getByRole("img", { name: PICTURE.name })).toBeVisible();
      await expectAccessible(page, "a picture by itself");
      await page.keyboard.press("Escape");
      await chat.openDetails(GROUP);
      await chat.details.getByRole("button", { name: `Удалить участника: ${boris.name}` }).click();
      await expectQuestion(page, "Удалить участника?");
    });

    test("what fails: a message, a file, a conversation, the network", async ({ seat, newcomer }) => {
      const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
      const order = { service: "order", service_id: String(anna.id) };
      const people = { type: "group", title: "Заказ", participant_ids: [anna.id] } as const;
      const { id } = await boris.create({ ...people, ...order });
      const { page, context, line } = await seat({ as: anna, browser });
      const chat = new ChatPage(page);
      await chat.open("Заказ");
      await chat.send("пиши на anna@example.org");
      await expect(chat.message("пиши на")).toContainText("Контактные данные запрещены");
      await expectAccessible(page, "a message that failed");
      await chat.attach([TOO_LARGE]);
      await expect(page.getByText("Файл слишком большой").first()).toBeVisible();
      await expectAccessible(page, "a file that failed");
      line.cut();
      await context.setOffline(true);
      await expect(page.getByText(/Нет сети/).first()).toBeVisible();
      await expectAccessible(page, "no network");
      await boris.remove(id, anna);
      line.mend();
      await context.setOffline(false);
      await expect(chat.composer).toBeHidden();
      await page.goto(`${line.url}/#/c/${id}`);
      await page.reload();
      await expect(page.getByText("Беседа удалена, или вы больше в ней не участвуете.")).toBeVisible();
      await expectAccessible(page, "a conversation that is gone");
    });

    test("what cannot be loaded: the list, messages", async ({ seat, newcomer }) => {
      const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
      await furnish(anna, boris);
      const { page } = await seat({ browser });
      const chat = new ChatPage(page);
      const broken = problem(500, "internal", "Internal error");
      await page.route(LIST, (route) => route.fulfill(broken));
      await page.route(MESSAGES, (route) => route.fulfill(broken));
      await chat.signIn(anna.username);
      await expect(page.getByText("Ошибка загрузки бесед")).toBeVisible({ timeout: GIVES_UP_MS });
      await expectAccessible(page, "no list");
      await page.unroute(LIST);
      await page.reload();
      await chat.row(GROUP).getByRole("button").first().click();
      const failed = page.getByText("Ошибка загрузки сообщений").first();
      await expect(failed).toBeVisible({ timeout: GIVES_UP_MS });
      await expectAccessible(page, "no messages");
    });

    test("pages of others: the element, an example", async ({ seat, newcomer }) => {
      const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
      await furnish(anna, boris);
      const { page, line } = await seat({ browser });
      const chat = new ChatPage(page);
      await page.goto(`${line.url}/examples/element/`);
      await page.getByLabel("Username").fill(anna.username);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await chat.open(GROUP);
      await expect(chat.message("позже")).toBeVisible();
      await expectAccessible(page, "<unet-chat>");
      for (const example of ["components", "container"]) {
        await page.goto(`${line.url}/examples/${example}/`);
        await page.evaluate(() => localStorage.clear());
        await page.reload();
        await chat.signIn(anna.username);
        await expectAccessible(page, `the example ${example}, nothing open`);
        await chat.open(GROUP);
        await expect(chat.message("позже")).toBeVisible();
        await expectAccessible(page, `the example ${example}`);
      }
    });
  });
}
