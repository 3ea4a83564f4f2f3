import { setTimeout as pause } from "node:timers/promises";
import { ChatPage } from "./support/chat.ts";
import { expect, test } from "./support/test.ts";

/** How long the network is away, ms: several tries to reconnect go wrong in it. */
const AWAY_MS = 20_000;

/** What others say meanwhile. */
const SAID = 30;

const number = (at: number) => `№${String(at).padStart(4, "0")}`;

test("what was said during a break arrives once, in order, and moves nothing", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  for (let at = 1; at <= 30; at += 1) await boris.send(id, number(at));
  // A conversation opens at the first message that is unread; this one at its end.
  await anna.read(id);
  const { page, context, line } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  await expect(chat.message(number(30))).toBeInViewport();
  // She reads something above the end, so that nothing pulls the view down.
  await chat.log.hover();
  await page.mouse.wheel(0, -600);
  await expect(chat.message(number(30))).not.toBeInViewport();

  const reading = await chat.firstInView();
  line.cut();
  await context.setOffline(true);
  await expect(chat.banner).toBeVisible();
  for (let at = 31; at <= 30 + SAID; at += 1) {
    await boris.send(id, number(at));
    await pause(AWAY_MS / SAID);
  }
  line.mend();
  await context.setOffline(false);
  await expect(chat.banner).toBeHidden();
  await expect(chat.row(boris.name)).toContainText(number(30 + SAID));
  expect(await chat.drift(reading)).toBeLessThanOrEqual(1);

  const expected = Array.from({ length: 30 + SAID }, (_, at) => number(at + 1));
  await expect.poll(() => chat.readAll(/№\d{4}/)).toEqual(expected);
});

for (const [where, viewport] of [
  ["beside each other", { width: 1200, height: 800 }],
  ["on a phone", { width: 390, height: 800 }],
] as const) {
  test(`the banner moves neither headers nor messages, ${where}`, async ({ seat, newcomer }) => {
    const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
    const { id } = await anna.talkTo(boris);
    await boris.send(id, number(1));
    const { page, context, line } = await seat({ as: anna, browser: { viewport } });
    const chat = new ChatPage(page);
    await chat.open(boris.name);
    const parts = [page.getByRole("heading", { level: 2 }), chat.message(number(1)), chat.composer];
    if (viewport.width > 1000) parts.push(page.getByRole("searchbox").first());
    const places = () => Promise.all(parts.map((part) => part.boundingBox()));
    await expect(chat.message(number(1))).toBeInViewport();
    const before = await places();
    line.cut();
    await context.setOffline(true);
    await expect(chat.banner).toBeInViewport();
    expect(await places()).toEqual(before);
    if (viewport.width < 1000) {
      await page.getByRole("button", { name: "Назад" }).click();
      await expect(chat.banner).toBeInViewport();
    }
  });
}

test("what is written without a network goes out once, in order", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page, context, line } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  line.cut();
  await context.setOffline(true);
  await expect(chat.banner).toBeVisible();
  const texts = Array.from({ length: 5 }, (_, at) => number(at));
  for (const text of texts) await chat.send(text);
  await expect(chat.progress(number(4), "отправляется|ожидает")).toBeVisible();
  line.mend();
  await context.setOffline(false);
  for (const text of texts) await expect(chat.progress(text, "отправлено")).toBeVisible();
  const stored = await boris.history(id);
  expect(stored.map((message) => message.text)).toEqual(texts);
  expect(await chat.readAll(/№\d{4}/)).toEqual(texts);
});

test("what is written without a network survives closing the page", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page, line, newTab } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  // The servers of the chat are away; the page itself can still be loaded.
  line.refuse((method, path) => method === "POST" || path.includes("/ws"));
  line.hangUp();
  await expect(chat.banner).toBeVisible();
  await chat.send("не потеряйся");
  await page.close();
  line.mend();
  const again = new ChatPage(await newTab());
  await again.page.goto(line.url);
  await again.expectSignedIn();
  await expect.poll(async () => (await boris.history(id)).map(({ text }) => text)).toEqual(["не потеряйся"]);
});
