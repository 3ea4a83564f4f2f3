import type { Session } from "../../lib/api/tokens.ts";
import type { Locale } from "../../lib/locale.ts";
import type { ChatClient, HistorySource, KeyValueStorage, TokenSource } from "../../lib/realtime/types.ts";

/** What a host may set; everything has a default. */
export interface ChatOptions {
  /** Where the service is, e.g. `https://chat.example.com`; empty, the default, for the page's own origin. */
  readonly baseUrl?: string;
  /** Asks the host for a fresh token, at the start and whenever the server has refused the last one. */
  readonly getToken?: () => Promise<string>;
  /** Where tokens come from otherwise; unless told, localStorage under `auth_data`. */
  readonly session?: Session;
  readonly locale?: Locale;
  readonly theme?: "light" | "dark" | "system";
  /** Where drafts and what is on its way outlive a reload: IndexedDB by default, nowhere with `memory`. */
  readonly storage?: "persistent" | "memory";
}

/** What the realtime core is given. */
export interface ClientDeps {
  /** The address of the door for everything, `wss://…/api/unet-chat/ws`. */
  readonly socketUrl: string;
  readonly tokens: TokenSource;
  readonly history: HistorySource;
  readonly storage: KeyValueStorage;
}

/** The pieces that a runtime is put together from; tests bring their own. */
export interface RuntimeParts {
  createClient(deps: ClientDeps): ChatClient;
  createStorage(): KeyValueStorage;
}
