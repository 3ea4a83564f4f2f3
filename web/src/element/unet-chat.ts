/** Teaches the page the element `<unet-chat>`: load this file by `<script type="module">`, before or after its use. */
import { UnetChatElement } from "./element.ts";

export type { UnetChatEvents } from "./events.ts";
export type { Settings, Storage, Theme, TokenProvider } from "./settings.ts";
export { UnetChatElement };

const NAME = "unet-chat";

// Two copies of the script on a page are one too many, and harmless.
if (customElements.get(NAME) === undefined) customElements.define(NAME, UnetChatElement);
