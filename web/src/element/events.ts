import type { ConversationId, Message } from "../features/Chat/index.ts";

/** What the element tells the page around it, by the event's name: what stands in `detail`. */
export interface UnetChatEvents {
  /** Somebody is signed in and the socket is open, for the first time since the element was put into the page. */
  "unet-chat:ready": Record<string, never>;
  /** How many messages are unread in all conversations that are not muted; at the start and after each change. */
  "unet-chat:unread": { readonly count: number };
  /** Another conversation is shown, or none. */
  "unet-chat:conversation": { readonly id: ConversationId | null };
  /** A message was said in any conversation of the user; `isOwn` when the user has said it, here or elsewhere. */
  "unet-chat:message": { readonly message: Message; readonly isOwn: boolean };
  /** Something was refused or has failed: a stable word and a sentence for people. */
  "unet-chat:error": { readonly code: string; readonly message: string };
  /** The token is refused and there is no newer one. A new `token` or `tokenProvider` signs in again. */
  "unet-chat:signed-out": Record<string, never>;
}

/** Tells the page one thing. */
export type Tell = <Name extends keyof UnetChatEvents>(name: Name, detail: UnetChatEvents[Name]) => void;

/** Events from `target` that pass shadow roots and reach the whole page. */
export function telling(target: EventTarget): Tell {
  return (name, detail) => {
    target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  };
}
