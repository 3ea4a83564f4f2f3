import { type ReactNode, useEffect, useState } from "react";
import { createTranslator, type TextOverrides, Translator } from "../lib/i18n/translator.ts";
import type { Locale } from "../lib/locale.ts";
import { TextContext } from "./useText.ts";

export interface TextProviderProps {
  locale: Locale;
  /** Texts in the place of ours; read once, when the component comes. */
  overrides?: TextOverrides | undefined;
  /** Shown until the texts are here, which takes one small request. */
  fallback?: ReactNode;
  children: ReactNode;
}

/** Gives the texts to everything below it; loads a language when it is asked for. */
export function TextProvider({ locale, overrides, fallback = null, children }: TextProviderProps) {
  const [translator, setTranslator] = useState<Translator | null>(null);
  const [failure, setFailure] = useState<{ error: unknown } | null>(null);
  const [ownTexts] = useState(overrides);
  useEffect(() => {
    let isWanted = true;
    const ready = translator === null ? createTranslator(locale, ownTexts) : translator.change(locale);
    ready
      .then((created) => isWanted && created instanceof Translator && setTranslator(created))
      .catch((error: unknown) => isWanted && translator === null && setFailure({ error }));
    return () => {
      isWanted = false;
    };
  }, [locale, ownTexts, translator]);
  // Without any texts there is nothing to say: the boundary above has words of its own.
  if (failure !== null) throw failure.error;
  return translator === null ? fallback : <TextContext value={translator}>{children}</TextContext>;
}
