import { ChatPage } from "./support/chat.ts";
import { expect, test } from "./support/test.ts";

test.use({ on: "cluster" });
// One at a time: each of them ends a gateway that the others stand on.
test.describe.configure({ mode: "serial" });

/** Messages that are sent around the moment at which the gateway ends. */
const SAID = 40;

/** The longest that the page waits between two tries, and what the one that succeeds takes, ms. */
const BACK_MS = 45_000;

const number = (at: number) => `№${String(at).padStart(4, "0")}`;

for (const how of ["killed", "drained"] as const) {
  test(`a page whose gateway is ${how} goes on at another and misses nothing`, async ({
    seat,
    newcomer,
    cluster,
  }) => {
    const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
    const { id } = await anna.talkTo(boris);
    const { page, line } = await seat({ as: anna });
    const chat = new ChatPage(page);
    await chat.open(boris.name);
    await boris.send(id, number(1));
    await expect(chat.message(number(1))).toBeVisible();

    const nodes = await cluster();
    const under = line.opened.at(-1) ?? "";
    const gateway = nodes.gateway(under);
    const end = () => (how === "killed" ? gateway.kill() : gateway.terminate());
    for (let at = 2; at <= SAID; at += 1) {
      if (at === SAID / 2) await Promise.all([end(), chat.send("моё посреди всего")]);
      await boris.send(id, number(at));
    }

    await expect(chat.message(number(SAID))).toBeVisible();
    await expect(chat.banner).toBeHidden();
    expect(line.opened.at(-1)).not.toBe(under);
    const stored = await boris.history(id);
    expect(stored).toHaveLength(SAID + 1);
    const expected = stored.map(({ text }) => text);
    await expect.poll(() => chat.readAll(/№\d{4}|моё посреди всего/)).toEqual(expected);
    await gateway.ended();
    await nodes.replace(gateway);
  });
}

test("while the last gateway is gone, a banner counts down, and nothing is lost", async ({
  seat,
  newcomer,
  cluster,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  const { page } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  await boris.send(id, number(1));
  await expect(chat.message(number(1))).toBeVisible();

  const nodes = await cluster();
  const all = nodes.gateways.map((url) => nodes.gateway(url));
  await Promise.all(all.map((gateway) => gateway.kill()));
  const countdown = page.getByText(/Следующая попытка через \d+ с/);
  await expect(countdown).toBeVisible();
  await expect(chat.banner).toBeVisible();
  for (let at = 2; at <= SAID; at += 1) await boris.send(id, number(at));
  await chat.send("моё без них");
  await expect(countdown).toBeVisible();

  await Promise.all(all.map((gateway) => nodes.replace(gateway)));
  await expect(chat.banner).toBeHidden({ timeout: BACK_MS });
  await expect(countdown).toBeHidden();
  await expect(chat.progress("моё без них", "отправлено")).toBeVisible();
  const stored = await boris.history(id);
  expect(stored).toHaveLength(SAID + 1);
  const expected = stored.map(({ text }) => text);
  await expect.poll(() => chat.readAll(/№\d{4}|моё без них/)).toEqual(expected);
});

test("while no gateway is there, a banner counts down and can be told to try now", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  await anna.talkTo(boris);
  const { page, line } = await seat({ as: anna });
  const chat = new ChatPage(page);
  await chat.open(boris.name);
  line.refuse((_method, path) => path.includes("/ws"));
  line.hangUp();
  const waiting = page.getByText(/Следующая попытка через \d+ с/);
  await expect(waiting).toBeVisible();
  const before = line.asked;
  await page.getByRole("button", { name: "Повторить сейчас" }).click();
  await expect.poll(() => line.asked).toBeGreaterThan(before);
  line.mend();
  await expect(chat.banner).toBeHidden();
  await boris.talkTo(anna);
});
