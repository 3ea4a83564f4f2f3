import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createTranslator, type Locale } from "../lib/i18n/translator.ts";
import { TextContext } from "../model/useText.ts";

/** Renders with the texts of a language, as below the chat's provider. */
export async function renderWithTexts(node: ReactNode, locale: Locale = "ru") {
  const translator = await createTranslator(locale);
  const wrap = (children: ReactNode) => <TextContext value={translator}>{children}</TextContext>;
  const result = render(wrap(node));
  return { ...result, rerender: (next: ReactNode) => result.rerender(wrap(next)) };
}
