import { useEffect } from "react";
import { ChatScope, useIsSignedIn } from "../features/Chat/index.ts";
import { Accounts } from "./Accounts.tsx";
import { ChatPage } from "./ChatPage.tsx";
import { usePreferences } from "./preferences.ts";

/** The demo: accounts of the service itself, and the chat on a page of its own. */
export function App() {
  const preferences = usePreferences();
  const isSignedIn = useIsSignedIn();
  useEffect(() => {
    document.documentElement.lang = preferences.locale;
  }, [preferences.locale]);
  return (
    <ChatScope locale={preferences.locale} theme={preferences.theme}>
      {isSignedIn ? <ChatPage preferences={preferences} /> : <Accounts />}
    </ChatScope>
  );
}
