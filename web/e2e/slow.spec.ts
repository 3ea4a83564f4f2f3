import { ChatPage } from "./support/chat.ts";
import { expect, test } from "./support/test.ts";

/** Half a second each way: a bad mobile network, ms. */
const SLOW_MS = 500;

test("on a slow network a message is there at once, under way first, then sent", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page, line } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  line.slowDown(SLOW_MS);
  const texts = ["раз", "два", "три"].map((word) => `сказано ${word}`);
  for (const text of texts) await chat.send(text);
  await expect(chat.progress("сказано три", "отправляется|ожидает")).toBeVisible();
  await expect(chat.composer).toBeEnabled();
  for (const text of texts) await expect(chat.progress(text, "отправлено")).toBeVisible();
  expect((await boris.history(id)).map(({ text }) => text)).toEqual(texts);
  expect(await chat.readAll(/сказано [а-я]{3}/)).toEqual(texts);
});

test("a message whose answer is lost is sent again and stands there once", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page, line } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  line.deafen();
  await chat.send("дошло, но неизвестно");
  // The server has it, and the page does not know.
  await expect.poll(async () => (await boris.history(id)).length).toBe(1);
  await expect(chat.progress("дошло, но неизвестно", "отправляется|ожидает")).toBeVisible();
  line.hangUp();
  line.mend();
  await expect(chat.progress("дошло, но неизвестно", "отправлено|прочитано")).toBeVisible();
  await expect(chat.message("дошло, но неизвестно")).toHaveCount(1);
  expect(await boris.history(id)).toHaveLength(1);
});
