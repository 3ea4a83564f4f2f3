/** The ways in which an application uses the chat, each by the example that the documentation shows. */
import type { Page } from "@playwright/test";
import { ChatPage } from "./support/chat.ts";
import { PASSWORD, type Person } from "./support/people.ts";
import { expect, type Seat, type SeatOptions, test } from "./support/test.ts";

/** Opens an example and signs in by the form that the page has. */
async function signedIn(take: (options?: SeatOptions) => Promise<Seat>, example: string, person: Person) {
  const { page, line } = await take();
  await page.goto(`${line.url}/examples/${example}/`);
  const chat = new ChatPage(page);
  await chat.signIn(person.username);
  return chat;
}

/** An application's own screen, as the examples for the API and the hooks draw it. */
class PlainPage {
  readonly page: Page;

  constructor({ page }: ChatPage) {
    this.page = page;
  }

  async send(text: string, button: string): Promise<void> {
    await this.page.getByLabel("Text").fill(text);
    await this.page.getByRole("button", { name: button }).click();
  }

  message(text: string) {
    return this.page.getByRole("list", { name: "Messages" }).getByRole("listitem").filter({ hasText: text });
  }
}

for (const example of ["container", "components"]) {
  test(`${example}: two people talk`, async ({ seat, newcomer }) => {
    const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
    await anna.talkTo(boris);
    const hers = await signedIn(seat, example, anna);
    const his = await signedIn(seat, example, boris);
    await hers.open(boris.name);
    await his.open(anna.name);
    await hers.send("Привет!");
    await expect(his.message("Привет!")).toBeVisible();
    await his.send("И тебе");
    await expect(hers.message("И тебе")).toBeVisible();
    await expect(hers.progress("Привет!", "прочитано")).toBeVisible();
  });
}

test("api: two people talk, over REST and over the socket", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const hers = new PlainPage(await signedIn(seat, "api", anna));
  const his = new PlainPage(await signedIn(seat, "api", boris));
  for (const { page } of [hers, his]) await expect(page.getByRole("status")).toHaveText("connected");
  await hers.send("по REST", "Send over REST");
  await expect(his.message("по REST")).toBeVisible();
  await his.send("по сокету", "Send over the socket");
  await expect(hers.message("по сокету")).toBeVisible();
  await expect(his.message("по сокету")).toHaveCount(1);
  await his.message("по сокету").getByRole("button", { name: "Delete" }).click();
  await expect(his.message("по сокету")).toHaveCount(0);
});

test("hooks: two people talk, and data follow what happens", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const hers = new PlainPage(await signedIn(seat, "hooks", anna));
  const his = new PlainPage(await signedIn(seat, "hooks", boris));
  await expect(his.page.getByText("Анна: 0 unread")).toBeVisible();
  await hers.send("Привет", "Send");
  await expect(his.message("Привет")).toBeVisible();
  await expect(his.page.getByText("Анна: 1 unread")).toBeVisible();
  await his.send("И тебе", "Send");
  await expect(hers.message("И тебе")).toBeVisible();
  await hers.message("Привет").getByRole("button", { name: "Louder" }).click();
  await expect(his.message("Привет! (edited)")).toBeVisible();
});

test("element: two people talk on a page without React, and nothing is stored", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const pages = await Promise.all(
    [anna, boris].map(async (person) => {
      const { page, line, context } = await seat();
      await page.goto(`${line.url}/examples/element/`);
      await page.getByLabel("Username").fill(person.username);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      return { chat: new ChatPage(page), context };
    }),
  );
  const [hers, his] = pages.map(({ chat }) => chat);
  if (hers === undefined || his === undefined) throw new Error("two people, two pages");
  await hers.open(boris.name);
  await hers.send("Привет!");
  await expect(his.page.getByText("Unread: 1")).toBeVisible();
  await his.open(anna.name);
  await expect(his.message("Привет!")).toBeVisible();
  await expect(his.page.getByText("Unread: 0")).toBeVisible();
  await his.send("И тебе");
  await expect(hers.message("И тебе")).toBeVisible();
  for (const { context, chat } of pages) {
    expect(await context.cookies()).toEqual([]);
    expect(await chat.page.evaluate(storedNames)).toEqual([]);
  }
});

/** What the page has in any storage of its origin. */
async function storedNames(): Promise<(string | undefined)[]> {
  const databases = await indexedDB.databases();
  return [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...databases.map(({ name }) => name),
    ...(await caches.keys()),
  ];
}
