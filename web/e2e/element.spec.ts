/** The element on pages of others: strict, hostile, forgetful. */
import type { Page } from "@playwright/test";
import { ChatPage } from "./support/chat.ts";
import { type Host, type HostPage, serveHost } from "./support/host.ts";
import type { Person } from "./support/people.ts";
import { test as base, expect } from "./support/test.ts";

interface Heard {
  readonly heard: [string, Record<string, unknown>][];
  readonly refused: string[];
  /** The codes with which the page's sockets were closed. */
  readonly closes: number[];
}

interface Fixtures {
  /** Takes a seat at a product's page; `SCRIPT` in its head stands for the element's. */
  visit: (page: HostPage) => Promise<{ page: Page; chat: string }>;
}

const test = base.extend<Fixtures>({
  visit: async ({ seat }, use) => {
    const hosts: Host[] = [];
    await use(async ({ head = "", body }) => {
      const { page, line } = await seat();
      const script = `<script type="module" src="${line.url}/widget/unet-chat.js"></script>`;
      const host = await serveHost(line.url, { head: head.replace("SCRIPT", script), body });
      hosts.push(host);
      await page.goto(host.url);
      return { page, chat: line.url };
    });
    await Promise.all(hosts.map((host) => host.close()));
  },
});

function heard(page: Page): Promise<[string, Record<string, unknown>][]> {
  return page.evaluate(() => (window as unknown as Heard).heard);
}

function closes(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as unknown as Heard).closes);
}

function names(page: Page): Promise<string[]> {
  return heard(page).then((all) => all.map(([name]) => name));
}

async function giveToken(page: Page, person: Person): Promise<void> {
  await page.evaluate((token) => {
    for (const chat of document.querySelectorAll("unet-chat")) chat.tokenProvider = async () => token;
  }, person.tokens.access);
}

test("a strict policy refuses nothing, and nothing is stored", async ({ visit, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page } = await visit({ head: "SCRIPT", body: "<unet-chat></unet-chat>" });
  await giveToken(page, anna);
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  await chat.send("строго");
  await expect(chat.progress("строго", "отправлено")).toBeVisible();
  await boris.send(id, "но вежливо");
  await expect(chat.message("но вежливо")).toBeVisible();
  // What comes late: menus, dialogs, toasts.
  await chat.act("строго", "Редактировать");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Новая беседа" }).first().click();
  await expect(chat.dialog("Новая беседа")).toBeVisible();
  await page.keyboard.press("Escape");

  expect(await page.evaluate(() => (window as unknown as Heard).refused)).toEqual([]);
  expect(await page.context().cookies()).toEqual([]);
  expect(await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)])).toEqual([
    [],
    [],
  ]);
  expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
  // Nothing of the chat stands outside of the element.
  const outside = page.locator("head > style, head > link, body > :not(unet-chat)");
  expect(await outside.evaluateAll((all) => all.map((each) => each.outerHTML))).toEqual([]);
});

test("styles of the page and of the chat do not meet", async ({ visit, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await anna.send(id, "цело");
  const { page } = await visit({
    head: `<link rel="stylesheet" href="hostile.css">SCRIPT`,
    body: '<p class="uc:flex">host</p><unet-chat></unet-chat>',
  });
  await giveToken(page, anna);
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  const message = chat.message("цело");
  await expect(message).toBeVisible();
  await expect(message).toHaveCSS("font-size", "15px");
  await expect(message).toHaveCSS("letter-spacing", "normal");
  await expect(message).toHaveCSS("text-transform", "none");
  await expect(message).toHaveCSS("cursor", "auto");
  await expect(message).not.toHaveCSS("color", "rgb(255, 0, 0)");
  await expect(page.locator("body > p")).toHaveCSS("display", "none");
  await expect(page.locator("unet-chat")).toHaveCSS("height", "500px");
  await expect(page.locator("body")).toHaveCSS("margin", "8px");
});

test("the page's variables, its theme and its language show", async ({ visit, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await anna.send(id, "в цвете");
  const { page } = await visit({
    head: `<link rel="stylesheet" href="theme.css">SCRIPT`,
    body: `<unet-chat theme="dark" conversation-id="${id}"></unet-chat>`,
  });
  await giveToken(page, anna);
  const chat = new ChatPage(page);
  await expect(chat.message("в цвете")).toBeVisible();
  const colours = await chat
    .message("в цвете")
    .evaluate((article) =>
      [article, ...article.querySelectorAll("*")].map((each) => getComputedStyle(each).backgroundColor),
    );
  expect(colours).toContain("rgb(1, 2, 3)");
  const root = page.locator("unet-chat .unet-chat").first();
  await expect(root).toHaveAttribute("data-theme", "dark");
  await expect(root).toHaveCSS("color", "rgb(236, 238, 243)");
  // Tailwind's shadows are made of registered properties, which a shadow root has none of.
  expect(
    await root.evaluate((element) => getComputedStyle(element).getPropertyValue("--tw-border-style")),
  ).toBe("solid");
  await page.evaluate(() => document.querySelector("unet-chat")?.setAttribute("locale", "en"));
  await expect(
    page
      .getByRole("textbox", { name: "Write a message" })
      .or(page.getByLabel(/message/i))
      .first(),
  ).toBeVisible();
  await page.evaluate(() => document.querySelector("unet-chat")?.setAttribute("theme", "light"));
  await expect(root).toHaveAttribute("data-theme", "light");
});

test("the page hears what happens, in bubbling events", async ({ visit, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page } = await visit({ head: "SCRIPT", body: "<main><unet-chat></unet-chat></main>" });
  await giveToken(page, anna);
  await expect.poll(() => names(page)).toContain("ready");
  await boris.send(id, "слышно?");
  await expect.poll(() => heard(page)).toContainEqual(["unread", { count: 1 }]);
  const message = (await heard(page)).find(([name]) => name === "message")?.[1];
  expect(message).toMatchObject({ isOwn: false, message: { text: "слышно?", conversation_id: id } });
  await new ChatPage(page).open(boris.name);
  await expect.poll(() => heard(page)).toContainEqual(["conversation", { id }]);
  await expect.poll(() => heard(page)).toContainEqual(["unread", { count: 0 }]);
  await expect(page.locator("unet-chat")).toHaveAttribute("conversation-id", id);
  expect((await names(page)).filter((name) => name === "ready")).toHaveLength(1);
  expect(await names(page)).not.toContain("error");
});

test("a refused token is asked for again, and signs out when there is no other", async ({
  visit,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const { page } = await visit({ head: "SCRIPT", body: '<unet-chat token="not a token"></unet-chat>' });
  await expect.poll(() => names(page)).toContain("signed-out");
  const asked = page.evaluate(
    (good) =>
      new Promise<number>((resolve) => {
        let times = 0;
        const chat = document.querySelector("unet-chat");
        if (chat === null) return;
        chat.tokenProvider = async () => {
          times += 1;
          if (times === 2) resolve(times);
          return times === 1 ? "an old token" : good;
        };
      }),
    anna.tokens.access,
  );
  expect(await asked).toBe(2);
  await expect(new ChatPage(page).row(boris.name)).toBeVisible();
  await expect.poll(() => names(page)).toContain("ready");
});

test("a host whose callback fails is asked again, and told", async ({ visit, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const { page } = await visit({ head: "SCRIPT", body: "<unet-chat></unet-chat>" });
  await page.evaluate((good) => {
    let times = 0;
    const chat = document.querySelector("unet-chat");
    if (chat === null) return;
    chat.tokenProvider = async () => {
      times += 1;
      if (times === 1) throw new Error("the host is down");
      return good;
    };
  }, anna.tokens.access);
  await expect(new ChatPage(page).row(boris.name)).toBeVisible();
  expect(await heard(page)).toContainEqual(["error", expect.objectContaining({ code: "token_provider" })]);
});

test("two elements work side by side, and each closes its socket when it leaves", async ({
  visit,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page } = await visit({
    head: "SCRIPT",
    body: `<unet-chat id="a" conversation-id="${id}"></unet-chat><unet-chat id="b" conversation-id="${id}"></unet-chat>`,
  });
  await giveToken(page, anna);
  for (const [element, text] of [
    ["#a", "из первого"],
    ["#b", "из второго"],
  ] as const) {
    const composer = page.locator(element).getByRole("textbox", { name: "Написать сообщение" });
    await composer.fill(text);
    await composer.press("Enter");
    for (const each of ["#a", "#b"]) {
      await expect(page.locator(each).getByRole("article").filter({ hasText: text })).toBeVisible();
    }
  }
  expect((await boris.history(id)).map(({ text }) => text)).toEqual(["из первого", "из второго"]);
  // Moved within the page it goes on as it was.
  await page.evaluate(() => document.body.prepend(document.querySelector("#b") ?? ""));
  await expect(page.locator("#b").getByRole("article").first()).toBeVisible();
  expect(await closes(page)).toEqual([]);
  await page.evaluate(() => {
    for (const chat of document.querySelectorAll("unet-chat")) chat.remove();
  });
  await expect.poll(() => closes(page)).toEqual([1000, 1000]);
});

test("properties that were set before the script came count", async ({ visit, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const { page, chat } = await visit({ body: "<unet-chat></unet-chat>" });
  await page.evaluate(
    async ({ token, script }) => {
      const early = document.querySelector("unet-chat");
      if (early === null) return;
      early.locale = "en";
      early.tokenProvider = async () => token;
      await import(script);
    },
    { token: anna.tokens.access, script: `${chat}/widget/unet-chat.js` },
  );
  await expect(page.getByRole("list", { name: "Conversations" }).getByText(boris.name)).toBeVisible();
});
