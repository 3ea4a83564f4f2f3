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
    <div className="page">
      <header className="page-header">
        <span className="page-title">{PAGE_TITLE}</span>
        <HeaderIcons onOpenConversation={openConversation} />
        <ProfileButton
          theme={preferences.theme}
          onLocale={preferences.setLocale}
          onTheme={preferences.setTheme}
        />
      </header>
      <main className="page-main">
        <ChatContainer hasHeading selectedId={conversationId} onSelect={openConversation} />
      </main>
    </div>
  );
}
