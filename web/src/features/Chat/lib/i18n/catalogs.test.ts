import { afterEach, describe, expect, test, vi } from "vitest";
import en from "./en.ts";
import ky from "./ky.ts";
import ru from "./ru.ts";
import { chooseLocale, createTranslator } from "./translator.ts";

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

describe("counting", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("follows Russian grammar", async () => {
    const { t } = (await createTranslator("ru")).language.getSnapshot();
    const said = [1, 3, 5, 21].map((count) => t("list.unreadCount", { count }));
    expect(said.map((text) => text.split(" ").slice(1).join(" "))).toEqual([
      "непрочитанное сообщение",
      "непрочитанных сообщения",
      "непрочитанных сообщений",
      "непрочитанное сообщение",
    ]);
  });

  test("is Kyrgyz also in a browser that knows none and falls back to Russian", async () => {
    const { PluralRules } = Intl;
    class BrowserRules extends PluralRules {
      constructor(language: string, options?: Intl.PluralRulesOptions) {
        super(language === "ky" ? "ru" : language, options);
      }
    }
    vi.stubGlobal("Intl", { ...Intl, PluralRules: BrowserRules });
    const { t } = (await createTranslator("ky")).language.getSnapshot();
    // Russian has "few" of 3 and "many" of 5; Kyrgyz has neither.
    expect([1, 3, 5].map((count) => t("list.unreadCount", { count }))).toEqual([
      "1 окулбаган билдирүү",
      "3 окулбаган билдирүү",
      "5 окулбаган билдирүү",
    ]);
  });
});
