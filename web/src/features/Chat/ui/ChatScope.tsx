import { type ReactNode, useContext, useSyncExternalStore } from "react";
import type { Locale } from "../lib/locale.ts";
import { useRuntime } from "../model/runtime/context.tsx";
import { TextProvider } from "../model/TextProvider.tsx";
import { TextContext } from "../model/useText.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { cn } from "./kit/cn.ts";
import { ChatRoot } from "./kit/root.tsx";
import { ToastHost } from "./toast/ToastHost.tsx";

/** What is said when nothing else can be, not even the catalogs. */
const BROKEN: Record<Locale, { title: string; text: string; reloadLabel: string }> = {
  ru: {
    title: "Что-то сломалось",
    text: "Страница не смогла показать чат. Ничего не потеряно: обновите её.",
    reloadLabel: "Обновить страницу",
  },
  ky: {
    title: "Бир нерсе бузулду",
    text: "Барак чатты көрсөтө алган жок. Эч нерсе жоголгон жок: баракты жаңыртыңыз.",
    reloadLabel: "Баракты жаңыртуу",
  },
  en: {
    title: "Something broke",
    text: "The page could not show the chat. Nothing is lost: reload it.",
    reloadLabel: "Reload the page",
  },
};

/** Light, dark, or as the system has it. */
export type Theme = "light" | "dark" | "system";

export interface ChatScopeProps {
  /** Unless told, as `configureChat` or the provider says. */
  locale?: Locale | undefined;
  theme?: Theme | undefined;
  className?: string | undefined;
  children: ReactNode;
}

/**
 * What every piece of the chat stands in: its root element with styles and theme, its texts, its toasts, and words for
 * when it breaks. Inside of another one it is nothing, so that the pieces work alone and together.
 */
export function ChatScope({ children, ...own }: ChatScopeProps) {
  const isInside = useContext(TextContext) !== null;
  return isInside ? children : <OuterScope {...own}>{children}</OuterScope>;
}

function OuterScope({ locale, theme, className, children }: ChatScopeProps) {
  const runtime = useRuntime();
  const language = locale ?? runtime.locale;
  const shade = useShade(theme ?? runtime.theme);
  return (
    <ChatRoot theme={shade} locale={language} className={cn("uc:h-full", className)}>
      <ErrorBoundary {...BROKEN[language]}>
        <TextProvider locale={language}>
          {children}
          <ToastHost theme={shade} />
        </TextProvider>
      </ErrorBoundary>
    </ChatRoot>
  );
}

const DARK = "(prefers-color-scheme: dark)";

function subscribeToSystem(listener: () => void): () => void {
  const query = window.matchMedia(DARK);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** What a theme comes out as now. */
function useShade(theme: Theme): "light" | "dark" {
  const isSystemDark = useSyncExternalStore(subscribeToSystem, () => window.matchMedia(DARK).matches);
  if (theme !== "system") return theme;
  return isSystemDark ? "dark" : "light";
}
