/** What two people do with a chat, from the first visit on: each at a browser of their own. */
import { ChatPage } from "./support/chat.ts";
import { DOCUMENT, PICTURE } from "./support/files.ts";
import { uniqueName } from "./support/people.ts";
import { expect, test } from "./support/test.ts";

test("two people register, find each other and talk", async ({ seat }) => {
  const [annasSeat, borisSeat] = [await seat(), await seat()];
  const [anna, boris] = [new ChatPage(annasSeat.page), new ChatPage(borisSeat.page)];
  const borisName = { username: uniqueName("boris"), firstName: "Борис", lastName: uniqueName("Исаков") };
  const annaName = { username: uniqueName("anna"), firstName: "Анна", lastName: uniqueName("Ли") };
  await Promise.all([anna.register(annaName), boris.register(borisName)]);
  await expect(anna.page.getByText("Нет бесед")).toBeVisible();

  await anna.startPrivate({ name: `Борис ${borisName.lastName}` });
  await anna.send("Привет, Борис");
  const annasTitle = `Анна ${annaName.lastName}`;
  await expect(boris.row(annasTitle)).toContainText("Привет, Борис");
  await expect(boris.row(annasTitle)).toContainText("1 непрочитанное сообщение");

  await boris.open(annasTitle);
  await expect(boris.message("Привет, Борис")).toBeVisible();
  await expect(anna.progress("Привет, Борис", "прочитано")).toBeVisible();
  await expect(boris.row(annasTitle)).not.toContainText("непрочитанное");
  await expect(anna.page.getByText("Онлайн").first()).toBeVisible();

  await boris.composer.pressSequentially("Здравствуй, Анна");
  await expect(anna.page.getByText(/печатает/).first()).toBeVisible();
  await boris.composer.press("Enter");
  await expect(anna.message("Здравствуй, Анна")).toBeVisible();
  await expect(anna.page.getByText(/печатает/)).toHaveCount(0);

  await borisSeat.page.close();
  await expect(anna.page.getByText("Онлайн")).toHaveCount(0, { timeout: 25_000 });
});

test("Shift+Enter makes a line, a blank message is not sent", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const chat = new ChatPage((await seat({ as: anna })).page);
  await chat.open(boris.name);
  await chat.composer.fill("   ");
  await chat.composer.press("Enter");
  await chat.composer.fill("первая");
  await chat.composer.press("Shift+Enter");
  await chat.composer.pressSequentially("вторая");
  await chat.composer.press("Enter");
  await expect(chat.message("первая")).toContainText("вторая");
  await expect(chat.log.getByRole("article")).toHaveCount(1);
});

test("a message is changed, answered, reacted to, pinned and deleted", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const first = await anna.send(id, "самое первое");
  for (let at = 1; at <= 40; at += 1) await boris.send(id, `строка ${at}`);
  const [annas, boriss] = [
    new ChatPage((await seat({ as: anna })).page),
    new ChatPage((await seat({ as: boris })).page),
  ];
  await annas.open(boris.name);
  await boriss.open(anna.name);

  await annas.send("с ашибкой");
  await annas.act("с ашибкой", "Редактировать");
  await expect(annas.log.getByRole("textbox")).toBeFocused();
  await annas.log.getByRole("textbox").fill("без ошибки");
  await annas.log.getByRole("button", { name: "Сохранить" }).click();
  await expect(boriss.message("без ошибки")).toContainText("изменено");

  await boriss.act("без ошибки", "Ответить");
  await expect(boriss.composer).toBeFocused();
  await boriss.send("это ответ");
  await expect(annas.message("это ответ")).toContainText("без ошибки");

  await boris.send(id, "ответ на первое", { reply_to: first.id });
  const oldest = annas.log.getByRole("article", { name: /самое первое$/ });
  await expect(oldest).not.toBeInViewport();
  await annas
    .message("ответ на первое")
    .getByRole("button", { name: /самое первое/ })
    .click();
  await expect(oldest).toBeInViewport();

  await annas.page.getByRole("button", { name: /К последним|новых|новое/ }).click();
  await expect(annas.message("ответ на первое")).toBeInViewport();
  await boriss.message("без ошибки").hover();
  await boriss.message("без ошибки").getByRole("button", { name: "Отреагировать" }).click();
  await boriss.page.getByRole("button", { name: /👍/ }).first().click();
  await expect(annas.message("без ошибки").getByRole("button", { name: /👍/ })).toBeVisible();

  await annas.act("без ошибки", "Закрепить");
  await expect(boriss.message("без ошибки").getByRole("img", { name: "Закреплено" })).toBeVisible();

  await annas.act("без ошибки", "Удалить");
  const asked = annas.page.getByRole("alertdialog", { name: "Удалить сообщение?" });
  await asked.getByRole("button", { name: "Удалить" }).click();
  await expect(boriss.message("без ошибки")).toHaveCount(0);
  await expect(annas.message("без ошибки")).toHaveCount(0);
});

test("a picture and a file arrive, with their names and their bytes", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const [annasSeat, borisSeat] = [await seat({ as: anna }), await seat({ as: boris })];
  const [annas, boriss] = [new ChatPage(annasSeat.page), new ChatPage(borisSeat.page)];
  await annas.open(boris.name);
  await boriss.open(anna.name);

  annasSeat.line.slowDown(200);
  await annas.attach([PICTURE, DOCUMENT]);
  await expect(annas.page.getByRole("progressbar").first()).toBeVisible();
  annasSeat.line.mend();
  await expect(annas.page.getByRole("progressbar")).toHaveCount(0);
  await annas.send("вот файлы");

  const arrived = boriss.message("вот файлы");
  await expect(arrived.getByRole("img", { name: PICTURE.name })).toBeVisible();
  const [download] = await Promise.all([
    boriss.page.waitForEvent("download"),
    arrived.getByRole("link", { name: new RegExp(DOCUMENT.name) }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(DOCUMENT.name);
});

test("a group is made, renamed, grows and shrinks", async ({ seat, newcomer }) => {
  const [anna, boris, clara] = [await newcomer("Анна"), await newcomer("Борис"), await newcomer("Клара")];
  const annas = new ChatPage((await seat({ as: anna })).page);
  const claras = new ChatPage((await seat({ as: clara })).page);
  await annas.startGroup("Кафедра", [boris]);
  await annas.openDetails("Кафедра");
  await annas.addPerson(clara);
  await expect(claras.row("Кафедра")).toBeVisible();
  await claras.open("Кафедра");

  await annas.rename("Деканат");
  await expect(claras.row("Деканат")).toBeVisible();

  await annas.removePerson(clara);
  await expect(claras.row("Деканат")).toHaveCount(0);
  await expect(annas.log).toContainText(clara.firstName);
});

test("notifications: a badge, the centre, and a switch that silences them", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const chat = new ChatPage((await seat({ as: anna })).page);
  await expect(chat.row(boris.name)).toBeVisible();
  await boris.send(id, "загляни сюда");
  const bell = chat.page.getByRole("button", { name: "Уведомления: 1 непрочитанное" });
  await bell.click();
  const centre = chat.dialog("Уведомления");
  await expect(centre).toContainText("загляни сюда");
  await centre.getByText("загляни сюда").click();
  await expect(chat.message("загляни сюда")).toBeVisible();
  await expect(chat.page.getByRole("button", { name: "Уведомления: 0 непрочитанных" })).toBeVisible();

  await chat.page.getByRole("button", { name: /^Уведомления/ }).click();
  await centre.getByRole("tab", { name: "Настройки" }).click();
  const about = centre.getByRole("switch", { name: "Сообщения" });
  await expect(about).toBeChecked();
  await about.click();
  await expect(about).not.toBeChecked();
  await expect.poll(() => anna.wantsMessages()).toBe(false);
});

test("the list: search, pin, mute, hide, mark unread", async ({ seat, newcomer }) => {
  const anna = await newcomer("Анна");
  const others = [await newcomer("Борис"), await newcomer("Клара"), await newcomer("Давид")];
  for (const other of others) {
    const { id } = await anna.talkTo(other);
    await other.send(id, `пишет ${other.username}`);
  }
  const [boris, clara, david] = others;
  if (boris === undefined || clara === undefined || david === undefined) throw new Error("three were made");
  const chat = new ChatPage((await seat({ as: anna })).page);
  await expect(chat.list.getByRole("listitem")).toHaveCount(3);
  await expect(chat.list.getByRole("listitem").first()).toContainText(david.name);

  await chat.choose(boris.name, "Закрепить");
  await expect(chat.list.getByRole("listitem").first()).toContainText(boris.name);
  await chat.choose(clara.name, "Без звука на 1 час");
  await expect(chat.row(clara.name)).toContainText("Без звука");
  await chat.choose(david.name, "Отметить прочитанной");
  await expect(chat.row(david.name)).not.toContainText("непрочитанное");
  await chat.choose(david.name, "Отметить непрочитанной");
  await expect(chat.row(david.name)).toContainText("Отмечена непрочитанной");
  await chat.choose(david.name, "Скрыть");
  await expect(chat.row(david.name)).toHaveCount(0);

  const search = chat.page.getByRole("searchbox", { name: "Поиск бесед и сообщений" });
  await search.fill("Клара");
  await expect(chat.list.getByRole("listitem")).toHaveCount(1);
  await search.fill(boris.username);
  await expect(
    chat.page.getByRole("button", { name: new RegExp(`пишет ${boris.username}`) }).last(),
  ).toBeVisible();
  await search.fill("такого нет нигде");
  await expect(chat.page.getByText("Беседы не найдены")).toBeVisible();
});

test("whoever signs out is asked to sign in, and finds everything again", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await boris.send(id, "до встречи");
  const chat = new ChatPage((await seat()).page);
  await chat.signIn(anna.username, "это не пароль");
  await expect(chat.page.getByText("Неверное имя пользователя или пароль")).toBeVisible();
  await chat.signIn(anna.username);
  await chat.expectSignedIn();
  await chat.signOut();
  await chat.expectSignedOut();
  await chat.page.reload();
  await chat.expectSignedOut();
  await chat.signIn(anna.username);
  await expect(chat.row(boris.name)).toContainText("до встречи");
});

test("a conversation is deleted for good, after a question", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await boris.send(id, "всё это пропадёт");
  const annas = new ChatPage((await seat({ as: anna })).page);
  const boriss = new ChatPage((await seat({ as: boris })).page);
  await boriss.open(anna.name);
  await annas.choose(boris.name, "Удалить беседу");
  const asked = annas.page.getByRole("alertdialog", { name: "Удалить беседу?" });
  await expect(asked).toContainText("Это действие нельзя отменить");
  await asked.getByRole("button", { name: "Отмена" }).click();
  await expect(annas.row(boris.name)).toBeVisible();
  await annas.choose(boris.name, "Удалить беседу");
  await asked.getByRole("button", { name: "Удалить" }).click();
  await expect(annas.page.getByText("Беседа удалена")).toBeVisible();
  await expect(annas.row(boris.name)).toHaveCount(0);
  await expect(boriss.row(anna.name)).toHaveCount(0);
});
