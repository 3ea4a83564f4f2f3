/** The main screens as pictures: three languages, two colour schemes, two sizes. They are looked at, not compared. */
import { type BrowserContextOptions, devices } from "@playwright/test";
import type { Person } from "./support/people.ts";
import { expect, type Seat, test } from "./support/test.ts";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];
const desk = { viewport: { width: 1280, height: 800 } };

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  "desktop-ru": { ...desk, locale: "ru-RU" },
  "desktop-ru-dark": { ...desk, locale: "ru-RU", colorScheme: "dark" },
  "desktop-en": { ...desk, locale: "en-GB" },
  "desktop-ky": { ...desk, locale: "ky-KG" },
  "phone-ru": { ...phone, locale: "ru-RU" },
  "phone-ky-dark": { ...phone, locale: "ky-KG", colorScheme: "dark" },
};

const GROUP = "Кафедра информатики";

async function furnish(anna: Person, boris: Person, clara: Person): Promise<void> {
  const { id } = await boris.create({ type: "group", title: GROUP, participant_ids: [anna.id, clara.id] });
  const asked = await boris.send(
    id,
    "Коллеги, кто завтра принимает зачёт? Расписание: https://example.org/timetable",
  );
  await anna.read(id);
  await clara.send(id, "Я принимаю, аудитория 214", { reply_to: asked.id });
  await anna.send(id, "Я помогу после двух");
  await clara.send(id, `Отлично. ${"Возьмите, пожалуйста, ведомости и список тем. ".repeat(6)}`);
  const talk = await clara.talkTo(anna);
  await clara.send(talk.id, "Привет! Есть минутка?");
}

for (const [look, browser] of Object.entries(LOOKS)) {
  test(look, async ({ seat, newcomer }) => {
    const outside = await seat({ browser });
    await expect(outside.page.getByRole("textbox").first()).toBeVisible();
    await shoot(outside, look, "sign-in");

    const [anna, boris, clara] = [await newcomer("Анна"), await newcomer("Борис"), await newcomer("Клара")];
    await furnish(anna, boris, clara);
    const inside = await seat({ as: anna, browser });
    await expect(inside.page.getByText(GROUP).first()).toBeVisible();
    await shoot(inside, look, "list");
    await inside.page.getByText(GROUP).first().click();
    await expect(inside.page.getByRole("log").getByRole("article").last()).toBeVisible();
    await shoot(inside, look, "conversation");
    await inside.page.getByRole("heading", { name: GROUP, level: 2 }).getByRole("button").click();
    await expect(inside.page.getByRole("heading", { name: GROUP, level: 3 })).toBeVisible();
    await shoot(inside, look, "details");
    const another = await seat({ as: anna, browser });
    await expect(another.page.getByText(GROUP).first()).toBeVisible();
    await another.page.getByRole("banner").getByRole("button").last().click();
    await expect(another.page.getByRole("dialog").getByRole("combobox").first()).toBeVisible();
    await shoot(another, look, "profile");
    another.line.refuse((_method, path) => path.includes("/ws"));
    another.line.hangUp();
    await another.page.keyboard.press("Escape");
    await expect(another.page.getByRole("status").filter({ hasText: /\S/ }).first()).toBeVisible();
    await shoot(another, look, "no-connection");
  });
}

async function shoot({ page }: Seat, look: string, screen: string): Promise<void> {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
  await page.screenshot({ path: `screenshots/${look}-${screen}.png` });
}
