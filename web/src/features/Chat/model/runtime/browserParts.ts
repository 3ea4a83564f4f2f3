import { openWebSocket, pageClock, pageSignals, pageTabs } from "../../lib/realtime/browser.ts";
import { LateClient } from "../../lib/realtime/lateClient.ts";
import type { Tabs } from "../../lib/realtime/ports.ts";
import { BrowserStorage, MemoryStorage } from "../../lib/realtime/storage.ts";
import type { RuntimeParts } from "./options.ts";

/** The name of the database, and of what the tabs of one origin share. */
const NAME = "unet-chat";

/**
 * What a chat in a browser is made of. `persistent` keeps drafts and what is on its way in IndexedDB, where the tabs of
 * an origin share it; `memory` touches no storage, and every chat minds its own.
 */
export function browserParts(storage: "persistent" | "memory" = "persistent"): RuntimeParts {
  const isShared = storage === "persistent";
  return {
    createStorage: () => (isShared ? new BrowserStorage(NAME, pageClock) : new MemoryStorage()),
    createClient: ({ socketUrl, ...given }) =>
      new LateClient(async () => {
        const { createChatClient } = await import("../../lib/realtime/client.ts");
        return createChatClient({
          ...given,
          url: socketUrl,
          openSocket: openWebSocket,
          clock: pageClock,
          random: Math.random,
          signals: pageSignals,
          tabs: isShared ? pageTabs(NAME) : ALONE,
        });
      }, pageClock),
  };
}

/** Knows no other tabs: what it is to send, nobody else can see. */
const ALONE: Tabs = {
  post: () => undefined,
  listen: () => () => undefined,
  lead(_name, onLead) {
    let isWanted = true;
    queueMicrotask(() => isWanted && onLead());
    return () => {
      isWanted = false;
    };
  },
};
