import type { CSSProperties } from "react";

/** Headers end about here, in CSS px below the top of the chat: what they hold stays in sight and in reach. */
const BELOW_HEADER = 64;

/** Between a header and the toast below it, in CSS px. */
const GAP = 8;

/** A root at least so wide and so high, in CSS px, is a chat; a smaller one is a button in a page's header. */
const CHAT_FROM = { width: 280, height: 240 };

/** Up to this width of the page, in CSS px, toasts are as wide as it is, by sonner's own style sheet. */
const PHONE_UP_TO = 600;

/** Where toasts stand, as sonner takes it: `top` in CSS px of the window, `style` of the list of toasts. */
export interface ToastPlace {
  readonly top: number;
  readonly style: CSSProperties;
}

/** What of the chat is on the page, in CSS px of the window. */
export interface ChatBoxes {
  readonly root?: DOMRect | undefined;
  /** The header of the open conversation. */
  readonly header?: DOMRect | undefined;
}

/** The place in the middle of the chat's top, below its header: the foot belongs to the composer. */
export function toastPlace({ root, header }: ChatBoxes, page: { width: number; height: number }): ToastPlace {
  const isChat = root !== undefined && root.width >= CHAT_FROM.width && root.height >= CHAT_FROM.height;
  if (!isChat) return { top: BELOW_HEADER, style: {} };
  // A chat that is scrolled out, or begins below the window, still has to say it where it is seen.
  const wanted = Math.max(Math.max(root.top, 0) + BELOW_HEADER, (header?.bottom ?? 0) + GAP);
  const top = Math.min(wanted, page.height - CHAT_FROM.height);
  const style = page.width > PHONE_UP_TO ? { left: Math.round(root.left + root.width / 2) } : {};
  return { top: Math.round(Math.max(top, 0)), style };
}
