import { ChatPage } from "./support/chat.ts";
import { endingIn } from "./support/people.ts";
import { expect, type Seat, test } from "./support/test.ts";

/** How long the first access token of a page is good for, s: enough to load the page, and over soon after. */
const GOOD_FOR_S = 6;

test("a token that runs out while the page is used is renewed unseen", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const first = endingIn(anna.tokens.access, GOOD_FOR_S);
  const annas = await seat({ as: anna, access: first });
  const chat = new ChatPage(annas.page);
  await chat.open(boris.name);
  const banner = await watchBanner(chat);
  await chat.send("пока годен");
  await boris.send(id, "ответ первый");
  await expect(chat.message("ответ первый")).toBeVisible();

  // Until the first token is over by the clock of the servers, whatever the page does meanwhile.
  await expect.poll(() => refused(annas, first), { timeout: 2 * GOOD_FOR_S * 1000 }).toBe(401);
  expect(await storedAccess(annas)).not.toBe(first);

  await chat.send("когда кончился");
  await boris.send(id, "ответ второй");
  await expect(chat.progress("когда кончился", "отправлено|прочитано")).toBeVisible();
  await expect(chat.message("ответ второй")).toBeVisible();
  await chat.startGroup("После", [boris]);
  expect(await banner()).toEqual([]);
});

test("a page that wakes up with a token that is over renews it before anything is shown as wrong", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await boris.send(id, "давно ждёт");
  const annas = await seat({ as: anna, access: endingIn(anna.tokens.access, -60) });
  const chat = new ChatPage(annas.page);
  await expect(chat.row(boris.name)).toContainText("давно ждёт");
  await chat.open(boris.name);
  await expect(chat.message("давно ждёт")).toBeVisible();
  await chat.send("и дождалось");
  await expect(chat.progress("и дождалось", "отправлено|прочитано")).toBeVisible();
});

test("whose sign-in was ended elsewhere is told so and asked to sign in", async ({ seat, newcomer }) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const device = await anna.signIn();
  const annas = await seat({ as: anna, tokens: device });
  const chat = new ChatPage(annas.page);
  await chat.open(boris.name);
  await anna.changePassword("another horse battery");
  await expect(annas.page.getByText(/Сеанс закончился|перезайдите в систему/).first()).toBeVisible();
  await chat.expectSignedOut();
  await chat.signIn(anna.username, "another horse battery");
  await expect(chat.row(boris.name)).toBeVisible();
});

/** What the server says to a token. */
function refused({ page }: Seat, token: string): Promise<number> {
  return page.evaluate(async (token) => {
    const answer = await fetch("/api/auth/me/", { headers: { Authorization: `Bearer ${token}` } });
    return answer.status;
  }, token);
}

function storedAccess({ page }: Seat): Promise<string> {
  return page.evaluate(() => JSON.parse(localStorage.getItem("auth_data") ?? "{}").access);
}

/** Remembers every banner that appears from now on, however short. */
async function watchBanner({ page }: ChatPage): Promise<() => Promise<string[]>> {
  const seen = await page.evaluateHandle(() => {
    const texts: string[] = [];
    new MutationObserver(() => {
      const text = document.body.textContent?.match(/Нет соединения с сервером|Сеанс закончился/)?.[0];
      if (text !== undefined) texts.push(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    return texts;
  });
  return () => seen.jsonValue();
}
