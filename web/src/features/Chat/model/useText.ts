import { createContext, useContext } from "react";
import type { Language, Translator } from "../lib/i18n/translator.ts";
import { useReadable } from "./runtime/useReadable.ts";

/** The translator that the chat's provider has made; see {@link useText}. */
export const TextContext = createContext<Translator | null>(null);

/** What a component says, and in which language: `t` translates a key such as `list.empty`. */
export type Text = Language;

/** The texts in the language of now; the component renders again when that changes. Only below the chat's provider. */
export function useText(): Text {
  const translator = useContext(TextContext);
  if (translator === null) throw new Error("useText works below the chat's provider only");
  return useReadable(translator.language);
}
