import { expect, test } from "vitest";
import { createTranslator } from "./translator.ts";

test("values stand in their places, and one that is missing leaves its place", async () => {
  const { t } = (
    await createTranslator("en", { list: { empty: "{{ a }} and {{b}}" } })
  ).language.getSnapshot();
  expect(t("list.empty", { a: "$&" })).toBe("$& and {{b}}");
});

test.each([
  ["ru", ["1 участник", "2 участника", "5 участников", "21 участник"]],
  ["ky", ["1 катышуучу", "2 катышуучу", "5 катышуучу", "21 катышуучу"]],
  ["en", ["1 participant", "2 participants", "5 participants", "21 participants"]],
] as const)("%s counts as its language does", async (locale, expected) => {
  const { t } = (await createTranslator(locale)).language.getSnapshot();
  expect([1, 2, 5, 21].map((count) => t("details.members", { count }))).toEqual(expected);
});

test("a change of language is told once it is loaded, and a host's texts stay", async () => {
  const translator = await createTranslator("ru", { list: { empty: "Пусто" } });
  const before = translator.language.getSnapshot();
  let changes = 0;
  translator.language.subscribe(() => {
    changes += 1;
  });
  await translator.change("ru");
  expect(translator.language.getSnapshot()).toBe(before);
  await translator.change("en");
  expect(changes).toBe(1);
  const { t, locale } = translator.language.getSnapshot();
  expect([locale, t("list.empty"), t("common.close")]).toEqual(["en", "Пусто", "Close"]);
});
