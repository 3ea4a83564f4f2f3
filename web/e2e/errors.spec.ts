import { ChatPage } from "./support/chat.ts";
import { TOO_LARGE } from "./support/files.ts";
import { LIST, MESSAGES, problem } from "./support/problems.ts";
import { expect, test } from "./support/test.ts";

test("a list that cannot be loaded says so, and loads when it is asked again", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const { page } = await seat();
  let isBroken = true;
  await page.route(LIST, (route) =>
    isBroken ? route.fulfill(problem(500, "internal", "Internal error")) : route.continue(),
  );
  const chat = new ChatPage(page);
  await chat.signIn(anna.username);
  await expect(page.getByText("Ошибка загрузки бесед")).toBeVisible({ timeout: 30_000 });
  const again = page.getByRole("button", { name: "Повторить" }).first();
  const asked = page.waitForRequest(LIST);
  await again.click();
  await asked;
  isBroken = false;
  // The page may ask by itself, and the button go, in the moment in which it is looked for.
  await expect(async () => {
    if (await again.isVisible()) await again.click({ timeout: 1_000 });
    await expect(chat.row(boris.name)).toBeVisible({ timeout: 1_000 });
  }).toPass();
});

test("messages that cannot be loaded say so, and load when they are asked for again", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await boris.send(id, "не сразу");
  const { page } = await seat({ as: anna });
  let isBroken = true;
  await page.route(MESSAGES, (route) =>
    isBroken ? route.fulfill(problem(500, "internal", "Internal error")) : route.continue(),
  );
  const chat = new ChatPage(page);
  await chat.row(boris.name).getByRole("button").first().click();
  await expect(page.getByText("Ошибка загрузки сообщений").first()).toBeVisible({ timeout: 30_000 });
  isBroken = false;
  await page.getByRole("button", { name: "Повторить" }).first().click();
  await expect(chat.message("не сразу")).toBeVisible();
});

test("contact details in an order's conversation are refused in words, and nothing is sent", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.create({
    type: "group",
    title: "Заказ",
    participant_ids: [boris.id],
    service: "order",
    service_id: String(anna.id),
  });
  const chat = new ChatPage((await seat({ as: anna })).page);
  await chat.open("Заказ");
  await chat.send("пиши на anna@example.org");
  const refused = chat.message("пиши на anna@example.org");
  await expect(refused).toContainText("Контактные данные запрещены");
  expect((await boris.history(id)).filter(({ kind }) => kind !== "system")).toEqual([]);
  await refused.getByRole("button", { name: "Удалить" }).click();
  await expect(refused).toHaveCount(0);
});

test("a file that is too large is refused in words", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const chat = new ChatPage((await seat({ as: anna })).page);
  await chat.open(boris.name);
  await chat.attach([TOO_LARGE]);
  await expect(chat.page.getByText(/слишком большой|слишком велик/i).first()).toBeVisible();
});

test("whoever is removed while away is told that the conversation is gone", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await boris.create({ type: "group", title: "Кафедра", participant_ids: [anna.id] });
  const { page, line } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open("Кафедра");
  line.refuse((_method, path) => path.includes("/ws"));
  line.hangUp();
  await expect(chat.banner).toBeVisible();
  await boris.remove(id, anna);
  line.mend();
  await expect(chat.row("Кафедра")).toHaveCount(0);
  await expect(chat.composer).toBeHidden();
});

test("when the API does not answer, the sign-in says that there is no connection", async ({
  seat,
  newcomer,
}) => {
  const anna = await newcomer("Анна");
  const { page, line } = await seat();
  line.refuse((_method, path) => path.startsWith("/api/"));
  const chat = new ChatPage(page);
  await chat.signIn(anna.username);
  await expect(page.getByText("Нет связи с сервером")).toBeVisible();
  line.mend();
  await page.getByRole("button", { name: "Войти" }).click();
  await chat.expectSignedIn();
});
