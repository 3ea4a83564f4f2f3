import { createContext, type ReactNode, useContext, useState } from "react";
import { cn } from "./cn.ts";

const PortalContext = createContext<HTMLElement | null>(null);

/** Where dialogs and menus go: inside the chat's own root, so that its styles, theme and shadow root reach them. */
export function usePortalContainer(): HTMLElement | null {
  return useContext(PortalContext);
}

export interface ChatRootProps {
  theme: "light" | "dark";
  locale: string;
  dir?: "ltr" | "rtl";
  className?: string;
  children: ReactNode;
}

/** The element that everything of the chat stands in: carries the styles, the theme and the language. */
export function ChatRoot({ theme, locale, dir = "ltr", className, children }: ChatRootProps) {
  const [portal, setPortal] = useState<HTMLElement | null>(null);
  return (
    <div className={cn("unet-chat", className)} data-theme={theme} lang={locale} dir={dir}>
      <PortalContext value={portal}>{children}</PortalContext>
      <div ref={setPortal} />
    </div>
  );
}
