import { useEffect } from "react";
import { ChatContainer, HeaderIcons, ProfileButton, useUnreadTotal } from "../features/Chat/index.ts";
import type { Preferences } from "./preferences.ts";
import { useConversationInAddress } from "./useHash.ts";

const PAGE_TITLE = "Unet Chat";

/** The chat of whoever is signed in, under a header such as a host has. */
export function ChatPage({ preferences }: { preferences: Preferences }) {
  const [conversationId, openConversation] = useConversationInAddress();
  const unread = useUnreadTotal();
  useEffect(() => {
    document.title = unread > 0 ? `(${unread > 99 ? "99+" : unread}) ${PAGE_TITLE}` : PAGE_TITLE;
    return () => {
      document.title = PAGE_TITLE;
    };
  }, [unread]);
  return (
    <div className="uc:flex uc:h-full uc:flex-col">
      <header className="uc:flex uc:shrink-0 uc:items-center uc:gap-2 uc:border-b uc:px-3 uc:py-1.5">
        <span className="uc:flex-1 uc:text-lg uc:font-semibold uc:text-primary">{PAGE_TITLE}</span>
        <HeaderIcons onOpenConversation={openConversation} />
        <ProfileButton
          theme={preferences.theme}
          onLocale={preferences.setLocale}
          onTheme={preferences.setTheme}
        />
      </header>
      <main className="uc:min-h-0 uc:flex-1">
        <ChatContainer hasHeading selectedId={conversationId} onSelect={openConversation} />
      </main>
    </div>
  );
}
