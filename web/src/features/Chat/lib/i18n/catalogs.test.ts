import { describe, expect, test } from "vitest";
import en from "./en.ts";
import ky from "./ky.ts";
import ru from "./ru.ts";
import { chooseLocale } from "./translator.ts";

/** The keys of a catalog, plural forms taken together. */
function keys(catalog: object): string[] {
  const found = Object.entries(catalog).flatMap(([area, texts]) =>
    Object.keys(texts).map((key) => `${area}.${key.replace(/_(zero|one|two|few|many|other)$/, "")}`),
  );
  return [...new Set(found)].sort();
}

describe("catalogs", () => {
  test.each([
    ["ky", ky],
    ["en", en],
  ])("%s says all that Russian says", (_, catalog) => {
    expect(keys(catalog)).toEqual(keys(ru));
  });

  test.each([
    ["ru", ru, ["one", "few", "many", "other"]],
    ["ky", ky, ["one", "other"]],
    ["en", en, ["one", "other"]],
  ] as const)("%s has every plural form that its language needs", (_, catalog, forms) => {
    for (const [area, texts] of Object.entries(catalog)) {
      const stems = Object.keys(texts).flatMap((key) => /^(.*)_(?:one|few|many|other)$/.exec(key)?.[1] ?? []);
      for (const stem of new Set(stems)) {
        for (const form of forms) expect(texts, `${area}.${stem}`).toHaveProperty(`${stem}_${form}`);
      }
    }
  });
});

describe("the language", () => {
  test("is the first one of the browser's that the chat speaks", () => {
    expect(chooseLocale(["de-DE", "ky-KG", "ru"])).toBe("ky");
    expect(chooseLocale(["de"])).toBe("ru");
  });
});
