import { useState } from "react";
import { chooseLocale, LOCALES, type Locale, type Theme } from "../features/Chat/index.ts";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** How the page looks to its user, kept by the browser. */
export interface Preferences {
  readonly locale: Locale;
  readonly theme: Theme;
  readonly setLocale: (locale: Locale) => void;
  readonly setTheme: (theme: Theme) => void;
}

/** The language and the theme: as chosen here before, else as the browser asks for. */
export function usePreferences(): Preferences {
  const [locale, setLocale] = useState(
    () => LOCALES.find((each) => each === stored("locale")) ?? chooseLocale(navigator.languages),
  );
  const [theme, setTheme] = useState(() => THEMES.find((each) => each === stored("theme")) ?? "system");
  return {
    locale,
    theme,
    setLocale: (next) => {
      store("locale", next);
      setLocale(next);
    },
    setTheme: (next) => {
      store("theme", next);
      setTheme(next);
    },
  };
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(`demo.${key}`);
  } catch {
    // Storage is blocked: every visit begins as the browser asks for.
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(`demo.${key}`, value);
  } catch {
    // As above: the choice lasts as long as the page.
  }
}
