import type { i18n, TFunction } from "i18next";
import { createContext, useCallback, useContext, useMemo, useSyncExternalStore } from "react";
import { LOCALES, type Locale } from "../lib/i18n/translator.ts";

/** The translator that the chat's provider has made; see {@link useText}. */
export const TextContext = createContext<i18n | null>(null);

/** What a component says, and in which language. */
export interface Text {
  /** Translates a key such as `list.empty`; typed by the Russian catalog. */
  t: TFunction;
  locale: Locale;
}

/** The texts in the language of now; the component renders again when that changes. Only below the chat's provider. */
export function useText(): Text {
  const translator = useContext(TextContext);
  if (translator === null) throw new Error("useText works below the chat's provider only");
  const subscribe = useCallback(
    (listener: () => void) => {
      translator.on("languageChanged", listener);
      return () => translator.off("languageChanged", listener);
    },
    [translator],
  );
  const language = useSyncExternalStore(subscribe, () => translator.language);
  // A new function for each language, so that what is remembered by it is made anew.
  const t = useMemo(() => translator.getFixedT(language), [translator, language]);
  return { t, locale: LOCALES.find((locale) => locale === language) ?? "ru" };
}
