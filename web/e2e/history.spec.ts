import { ChatPage } from "./support/chat.ts";
import { expectShortTasks } from "./support/figures.ts";
import { expect, test } from "./support/test.ts";

/** Messages of a long conversation. */
const MANY = 5_000;

/** How far the top of a message may be from where it was, px: rounding of device pixels. */
const STABLE_PX = 1;

/** Answers take so long that the page is caught while it waits for them, ms. */
const CAUGHT_MS = 300;

const number = (at: number) => `№${String(at).padStart(4, "0")}`;

/** Asks for what was said before the first message that is here. */
const OLDER = /\/messages\/.*before=/;

declare global {
  interface Window {
    /** Answers that are here and that the page has not been given yet: each call hands one over. */
    heldPages?: (() => void)[];
  }
}

/** In every page: what is asked for by {@link OLDER} lands when the test says so. */
function holdOlderPages(): void {
  const ask = window.fetch;
  const held: (() => void)[] = [];
  window.heldPages = held;
  window.fetch = async (...request) => {
    const answer = await ask(...request);
    if (/\/messages\/.*before=/.test(answer.url)) await new Promise<void>((land) => held.push(land));
    return answer;
  };
}

/** Of one to nine lines, so that no row is as high as the next. */
const text = (at: number) => `${number(at)} ${"слово за словом ".repeat((at * 7) % 30)}`;

test("five thousand messages scroll, hold still and are jumped through", async ({ seat, newcomer }) => {
  test.setTimeout(180_000);
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await boris.sendMany(
    id,
    Array.from({ length: MANY }, (_, at) => text(at + 1)),
  );
  const [oldest] = await boris.history(id, { after: 0, limit: 1 });
  if (oldest === undefined) throw new Error("thousands were sent");
  const oldestNumber = /№\d{4}/.exec(oldest.text ?? "")?.[0] ?? "";
  await boris.send(id, "ответ из сегодня", { reply_to: oldest.id });
  // A conversation opens at the first message that is unread; this one at its end.
  await anna.read(id);

  const { page, line } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  await expect(chat.message("ответ из сегодня").last()).toBeInViewport();

  await test.step("what is in view stays while older messages are put above it", async () => {
    for (let page = 0; page < 5; page += 1) {
      line.slowDown(CAUGHT_MS);
      // Watched before it is asked for: on a busy machine the page may be there before the next command is.
      const [drift] = await Promise.all([chat.driftAtNextPage(), chat.scrollToTop()]);
      expect(drift).toBeLessThanOrEqual(STABLE_PX);
      line.mend();
    }
  });

  await test.step("and while others write below", async () => {
    await chat.log.hover();
    await page.mouse.wheel(0, 500);
    const reading = await chat.firstInView();
    for (let at = 0; at < 5; at += 1) await boris.send(id, `новое ${at}`);
    await expect(page.getByRole("button", { name: /5 новых/ })).toBeVisible();
    expect(await chat.drift(reading)).toBeLessThanOrEqual(STABLE_PX);
    await page.getByRole("button", { name: /5 новых/ }).click();
    await expect(chat.message("новое 4")).toBeInViewport();
  });

  await test.step("a quote leads to the oldest message", async () => {
    await chat
      .message("ответ из сегодня")
      .getByRole("button", { name: new RegExp(oldestNumber) })
      .click();
    const found = chat.log.getByRole("article", { name: new RegExp(`${oldestNumber} `) });
    await expect(found).toBeInViewport();
  });

  await test.step("what is in view stays while newer messages are put below it", async () => {
    for (let page = 0; page < 5; page += 1) {
      line.slowDown(CAUGHT_MS);
      // Watched before it is asked for: on a busy machine the page may be there before the next command is.
      const [drift] = await Promise.all([chat.driftAtNextPage(), chat.scrollToBottom()]);
      expect(drift).toBeLessThanOrEqual(STABLE_PX);
      line.mend();
    }
    await expect(chat.message("новое 4")).not.toBeInViewport();
    await page.getByRole("button", { name: /К последним|новых/ }).click();
    await expect(chat.message("новое 4")).toBeInViewport();
  });

  await test.step("typing and scrolling", async () => {
    await expectShortTasks(page, "typing 200 characters", async () => {
      await chat.composer.pressSequentially("быстро набранный текст ".repeat(9).slice(0, 200), { delay: 15 });
    });
    await expectShortTasks(page, "scrolling 60 steps up and down", async () => {
      await chat.log.hover();
      for (let step = 0; step < 60; step += 1) await page.mouse.wheel(0, step < 40 ? -400 : 400);
    });
  });
});

test("a page that lands while somebody scrolls moves nothing, and is the only one", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await boris.sendMany(
    id,
    Array.from({ length: 400 }, (_, at) => text(at + 1)),
  );
  await anna.read(id);
  const { page } = await seat({ as: anna, script: holdOlderPages });
  const asked: string[] = [];
  page.on("request", (request) => {
    if (OLDER.test(request.url())) asked.push(request.url());
  });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  await expect(chat.message("№").last()).toBeInViewport();
  for (let landed = 1; landed <= 6; landed += 1) {
    await chat.scrollNearTop();
    await expect.poll(() => page.evaluate(() => window.heldPages?.length)).toBe(1);
    const [drift] = await Promise.all([chat.driftAtNextPage(), chat.landWhileScrollingToTop()]);
    expect(drift, `page ${landed}`).toBeLessThanOrEqual(STABLE_PX);
    expect(asked).toHaveLength(landed);
  }
});

test("a page that is read through from its end to its beginning shows every message once", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  for (let at = 1; at <= 180; at += 1) await boris.send(id, number(at));
  await anna.read(id);
  const chat = new ChatPage((await seat({ as: anna })).page);
  await chat.open(boris.name);
  await expect(chat.message(number(180))).toBeInViewport();
  await expect(async () => {
    await chat.scrollToTop();
    await expect(chat.message(number(1))).toBeInViewport({ timeout: 500 });
  }).toPass();
  const expected = Array.from({ length: 180 }, (_, at) => number(at + 1));
  expect(await chat.readAll(/№\d{4}/)).toEqual(expected);
});
