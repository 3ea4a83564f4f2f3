import { LOCALES, type Locale } from "../locale.ts";
import { type Readable, Store } from "../store.ts";
import type ru from "./ru.ts";

/** Every text of the chat by its key; the Russian catalog is the measure of the others. */
export type Catalog = typeof ru;

/** Texts that a host puts in the place of ours, by area and key. */
export type TextOverrides = { readonly [Area in keyof Catalog]?: Readonly<Record<string, string>> };

type Stem<Key extends string> = Key extends `${infer Name}_${"one" | "few" | "many" | "other"}` ? Name : Key;

/** The name of a text, `list.empty`; one that counts has the name without its plural form. */
export type TextKey = {
  [Area in keyof Catalog]: `${Area}.${Stem<keyof Catalog[Area] & string>}`;
}[keyof Catalog];

/** What stands in the place of `{{name}}` in a text. `count` also chooses the plural form. */
export type TextValues = Readonly<Record<string, string | number>>;

/** Says a text in the language that it was made for. */
export type Translate = (key: TextKey, values?: TextValues) => string;

/** What is said in one language. */
export interface Language {
  readonly locale: Locale;
  readonly t: Translate;
}

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

/**
 * Translates into one language at a time; only the catalog of that language is loaded. What a library of this kind
 * does beyond keys, values and plural forms would be an eighth of what the widget may weigh.
 */
export class Translator {
  readonly #overrides: TextOverrides;
  readonly #language: Store<Language>;

  constructor(language: Language, overrides: TextOverrides) {
    this.#language = new Store(language);
    this.#overrides = overrides;
  }

  /** The language of now; another object when it has changed. */
  get language(): Readable<Language> {
    return this.#language;
  }

  /** Loads a language, then speaks it. */
  async change(locale: Locale): Promise<void> {
    if (locale !== this.#language.getSnapshot().locale) {
      this.#language.set(await load(locale, this.#overrides));
    }
  }
}

/** Loads a language and a translator that speaks it. */
export async function createTranslator(locale: Locale, overrides: TextOverrides = {}): Promise<Translator> {
  return new Translator(await load(locale, overrides), overrides);
}

async function load(locale: Locale, overrides: TextOverrides): Promise<Language> {
  const { default: catalog } = await CATALOGS[locale]();
  const texts = new Map<string, string>();
  for (const [area, ofArea] of [...Object.entries(catalog), ...Object.entries(overrides)]) {
    for (const [key, text] of Object.entries<string>(ofArea)) texts.set(`${area}.${key}`, text);
  }
  const plurals = pluralsOf(locale);
  return { locale, t: (key, values = {}) => filled(chosen(texts, key, values, plurals) ?? key, values) };
}

/** Where `Intl` knows no Kyrgyz (Chromium), it counts by the rules of the browser's own language, say Russian, and asks
 * for forms that Kyrgyz does not have. English counts whole numbers as Kyrgyz does: one, and all the others. */
function pluralsOf(locale: Locale): Intl.PluralRules {
  return new Intl.PluralRules(locale === "ky" ? "en" : locale);
}

function chosen(
  texts: ReadonlyMap<string, string>,
  key: string,
  { count }: TextValues,
  plurals: Intl.PluralRules,
): string | undefined {
  const form = typeof count === "number" ? texts.get(`${key}_${plurals.select(count)}`) : undefined;
  return form ?? texts.get(key) ?? texts.get(`${key}_other`);
}

/** A value that is missing leaves its place as it is, where a test and a reader see it. */
function filled(text: string, values: TextValues): string {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (place, name: string) => String(values[name] ?? place));
}
