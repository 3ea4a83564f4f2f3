import type { ConversationId, Locale } from "../features/Chat/index.ts";
import { type Tell, telling, type UnetChatEvents } from "./events.ts";
import type { Mounted } from "./mount.tsx";
import type { Settings, Storage, Theme, TokenProvider } from "./settings.ts";

/** The attributes; properties of the same meaning reflect them. */
const ATTRIBUTES = ["base-url", "locale", "theme", "conversation-id", "token", "storage"] as const;

type Attribute = (typeof ATTRIBUTES)[number];

/** A change of these needs another connection; the others are shown as they change. */
const OF_CONNECTION: readonly Attribute[] = ["base-url", "storage"];

/**
 * `<unet-chat>`: the whole chat behind a shadow root. Touches no cookies, no localStorage and no IndexedDB, unless
 * `storage` asks for that. Connects when it comes into the page and disconnects when it leaves.
 */
export class UnetChatElement extends HTMLElement implements Settings {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;

  readonly #tell: Tell = telling(this);
  #tokenProvider: TokenProvider | null = null;
  #mounted: Promise<Mounted | null> | null = null;

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
  }

  get baseUrl(): string {
    return this.getAttribute("base-url") ?? new URL(import.meta.url).origin;
  }
  set baseUrl(value: string | null) {
    this.#reflect("base-url", value);
  }

  get locale(): Locale | null {
    return this.getAttribute("locale") as Locale | null;
  }
  set locale(value: Locale | null) {
    this.#reflect("locale", value);
  }

  get theme(): Theme {
    const theme = this.getAttribute("theme");
    return theme === "light" || theme === "dark" ? theme : "auto";
  }
  set theme(value: Theme | null) {
    this.#reflect("theme", value);
  }

  get conversationId(): ConversationId | null {
    return this.getAttribute("conversation-id");
  }
  set conversationId(value: ConversationId | null) {
    this.#reflect("conversation-id", value);
  }

  get token(): string | null {
    return this.getAttribute("token");
  }
  set token(value: string | null) {
    this.#reflect("token", value);
  }

  get storage(): Storage {
    return this.getAttribute("storage") === "persistent" ? "persistent" : "memory";
  }
  set storage(value: Storage | null) {
    this.#reflect("storage", value);
  }

  get tokenProvider(): TokenProvider | null {
    return this.#tokenProvider;
  }
  set tokenProvider(provider: TokenProvider | null) {
    if (provider === this.#tokenProvider) return;
    this.#tokenProvider = provider;
    this.#change((mounted) => mounted.renounceToken());
  }

  connectedCallback(): void {
    for (const name of ["tokenProvider", ...Object.values(PROPERTIES)]) this.#adoptEarly(name);
    this.#mounted ??= this.#mount();
  }

  disconnectedCallback(): void {
    // Moved to another place of the page, it is back by then.
    queueMicrotask(() => this.isConnected || this.#unmount());
  }

  attributeChangedCallback(name: Attribute, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === "conversation-id") this.#tell("unet-chat:conversation", { id: now });
    if (OF_CONNECTION.includes(name)) this.#remount();
    else if (name !== "token") this.#change((mounted) => mounted.update());
    else if (this.#tokenProvider === null) this.#change((mounted) => mounted.renounceToken());
  }

  #change(change: (mounted: Mounted) => void): void {
    void this.#mounted?.then((mounted) => mounted !== null && change(mounted));
  }

  #remount(): void {
    if (this.#mounted === null) return;
    this.#unmount();
    this.#mounted = this.#mount();
  }

  #unmount(): void {
    const mounted = this.#mounted;
    this.#mounted = null;
    void mounted?.then((it) => it?.unmount());
  }

  async #mount(): Promise<Mounted | null> {
    try {
      const { mount } = await import("./mount.tsx");
      const root = this.shadowRoot;
      return root !== null && this.isConnected ? mount(this, root, this.#tell) : null;
    } catch (error) {
      this.#tell("unet-chat:error", { code: "load", message: String(error) });
      return null;
    }
  }

  /** A property that the page has set before this script came hides the one of the class. */
  #adoptEarly(name: string): void {
    if (!Object.hasOwn(this, name)) return;
    const value: unknown = Reflect.get(this, name);
    Reflect.deleteProperty(this, name);
    Reflect.set(this, name, value);
  }

  #reflect(attribute: Attribute, value: string | null): void {
    if (value === null) this.removeAttribute(attribute);
    else this.setAttribute(attribute, value);
  }
}

const PROPERTIES: Record<Attribute, keyof Settings> = {
  "base-url": "baseUrl",
  locale: "locale",
  theme: "theme",
  "conversation-id": "conversationId",
  token: "token",
  storage: "storage",
};

declare global {
  interface HTMLElementTagNameMap {
    "unet-chat": UnetChatElement;
  }
  interface GlobalEventHandlersEventMap {
    "unet-chat:ready": CustomEvent<UnetChatEvents["unet-chat:ready"]>;
    "unet-chat:unread": CustomEvent<UnetChatEvents["unet-chat:unread"]>;
    "unet-chat:conversation": CustomEvent<UnetChatEvents["unet-chat:conversation"]>;
    "unet-chat:message": CustomEvent<UnetChatEvents["unet-chat:message"]>;
    "unet-chat:error": CustomEvent<UnetChatEvents["unet-chat:error"]>;
    "unet-chat:signed-out": CustomEvent<UnetChatEvents["unet-chat:signed-out"]>;
  }
}
