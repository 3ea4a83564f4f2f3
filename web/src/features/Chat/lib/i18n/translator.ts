import { createInstance, type i18n } from "i18next";
import type ru from "./ru.ts";

/** The languages that the chat speaks. */
export type Locale = "ru" | "ky" | "en";

export const LOCALES: readonly Locale[] = ["ru", "ky", "en"];

/** Every text of the chat by its key; the Russian catalog is the measure of the others. */
export type Catalog = typeof ru;

/** Texts that a host puts in the place of ours, by area and key. */
export type TextOverrides = { readonly [Area in keyof Catalog]?: Readonly<Record<string, string>> };

const CATALOGS: Record<Locale, () => Promise<{ default: object }>> = {
  ru: () => import("./ru.ts"),
  ky: () => import("./ky.ts"),
  en: () => import("./en.ts"),
};

/** The language for somebody whose browser asks for `wanted`, best first; Russian when it asks for none of ours. */
export function chooseLocale(wanted: readonly string[]): Locale {
  const asked = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  const known = asked.find((language) => LOCALES.some((locale) => locale === language));
  return LOCALES.find((locale) => locale === known) ?? "ru";
}

/** Translates into one language at a time; only the catalog of that language is loaded. */
export async function createTranslator(locale: Locale, overrides: TextOverrides = {}): Promise<i18n> {
  const translator = createInstance();
  await translator.init({
    lng: locale,
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React escapes.
    keySeparator: ".",
    resources: { [locale]: { translation: await load(locale, overrides) } },
  });
  countKyrgyzAsEnglish(translator);
  return translator;
}

/** Where `Intl` knows no Kyrgyz (Chromium), it counts by the rules of the browser's own language, say Russian, and asks
 * for forms that Kyrgyz does not have. English counts whole numbers as Kyrgyz does: one, and all the others. */
function countKyrgyzAsEnglish(translator: i18n): void {
  const resolver: { getRule: (code: string, options?: object) => Intl.PluralRules } =
    translator.services.pluralResolver;
  const getRule = resolver.getRule.bind(resolver);
  resolver.getRule = (code, options) => getRule(code === "ky" ? "en" : code, options);
}

/** Changes the language of a translator, loading its catalog first. */
export async function changeLocale(
  translator: i18n,
  locale: Locale,
  overrides: TextOverrides = {},
): Promise<void> {
  if (!translator.hasResourceBundle(locale, "translation")) {
    translator.addResourceBundle(locale, "translation", await load(locale, overrides));
  }
  await translator.changeLanguage(locale);
}

async function load(locale: Locale, overrides: TextOverrides): Promise<object> {
  const catalog: Record<string, unknown> = { ...(await CATALOGS[locale]()).default };
  for (const [area, texts] of Object.entries(overrides)) {
    catalog[area] = { ...(catalog[area] as object), ...texts };
  }
  return catalog;
}
