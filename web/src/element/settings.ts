import type { ConversationId, Locale } from "../features/Chat/index.ts";

/** How the element looks; `auto`, the default, follows the system. */
export type Theme = "light" | "dark" | "auto";

/** Where what is being sent and written outlives a reload; `memory`, the default, is nowhere. */
export type Storage = "memory" | "persistent";

/** Asks the host for a fresh access token; an empty one means that nobody is signed in. */
export type TokenProvider = () => Promise<string>;

/** What a page sets at the element. Whatever it gives that is none of these counts as not given. */
export interface Settings {
  /** Where the service is; unless told, where the script was loaded from. */
  get baseUrl(): string;
  set baseUrl(value: string | null);
  /** `null`, the default, for the language of the page, else of the browser. */
  locale: Locale | null;
  get theme(): Theme;
  set theme(value: Theme | null);
  /** The conversation that is shown; `null` for none. The user's own choice is told by `unet-chat:conversation`. */
  conversationId: ConversationId | null;
  /** An access token; where the page can get fresh ones, `tokenProvider` is better. */
  token: string | null;
  /** Asked for an access token at the start, and again whenever the server has refused the last one. */
  tokenProvider: TokenProvider | null;
  get storage(): Storage;
  set storage(value: Storage | null);
}
