import { ChatPage } from "./support/chat.ts";
import { expect, test } from "./support/test.ts";

test("two tabs agree about what is read, written, drafted and who is signed in", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await boris.send(id, "непрочитано");
  const { page, line, newTab } = await seat({ as: anna });
  const left = new ChatPage(page);
  const right = new ChatPage(await newTab());
  await right.page.goto(line.url);
  await expect(right.row(boris.name)).toContainText("1 непрочитанное сообщение");

  await left.page.bringToFront();
  await left.open(boris.name);
  await expect(right.row(boris.name)).not.toContainText("непрочитанное");

  await right.open(boris.name);
  await left.send("из левой");
  await right.send("из правой");
  for (const tab of [left, right]) {
    await expect(tab.message("из левой")).toHaveCount(1);
    await expect(tab.message("из правой")).toHaveCount(1);
  }
  expect(await boris.history(id)).toHaveLength(3);

  await left.signOut();
  await right.expectSignedOut();
});

test("what waits to be sent goes out once, however many tabs are open", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page, line, newTab } = await seat({ as: anna });
  const left = new ChatPage(page);
  const right = new ChatPage(await newTab());
  await right.page.goto(line.url);
  await left.open(boris.name);
  await right.open(boris.name);
  line.refuse((method, path) => method === "POST" || path.includes("/ws"));
  line.hangUp();
  await expect(left.banner).toBeVisible();
  await left.send("одна из левой");
  await right.send("одна из правой");
  line.mend();
  const stored = async () => (await boris.history(id)).map(({ text }) => text).sort();
  await expect.poll(stored).toEqual(["одна из левой", "одна из правой"]);
  for (const tab of [left, right]) {
    await expect(tab.message("одна из левой")).toHaveCount(1);
    await expect(tab.message("одна из правой")).toHaveCount(1);
  }
  expect(await stored()).toEqual(["одна из левой", "одна из правой"]);
});

test("a draft stays with its conversation, over a reload and in another tab", async ({ seat, newcomer }) => {
  const [anna, boris, clara] = [await newcomer("Анна"), await newcomer("Борис"), await newcomer("Клара")];
  await anna.talkTo(boris);
  await anna.talkTo(clara);
  const { page, line, newTab } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  await chat.composer.fill("недописанное");
  await chat.open(clara.name);
  await expect(chat.composer).toHaveValue("");
  await expect(chat.row(boris.name)).toContainText("Черновик: недописанное");
  await page.reload();
  await chat.open(boris.name);
  await expect(chat.composer).toHaveValue("недописанное");
  const other = new ChatPage(await newTab());
  await other.page.goto(line.url);
  await other.open(boris.name);
  await expect(other.composer).toHaveValue("недописанное");
});
