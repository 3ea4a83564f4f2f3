import { useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { Toaster as Sonner, toast } from "sonner";
import "sonner/dist/styles.css";
import { useText } from "../../model/useText.ts";
import { type ChatBoxes, type ToastPlace, toastPlace } from "./place.ts";
import { waitingToasts } from "./toast.ts";

/** Where the largest piece of the chat is: often a button in a page's header is who draws the toasts of all. */
function chatAround(element: Element): ChatBoxes {
  const page = element.getRootNode() as Document | ShadowRoot;
  let largest: ChatBoxes = {};
  for (const root of page.querySelectorAll(".unet-chat")) {
    const box = root.getBoundingClientRect();
    const { width = 0, height = 0 } = largest.root ?? {};
    if (box.width * box.height > width * height) {
      largest = { root: box, header: root.querySelector("section > header")?.getBoundingClientRect() };
    }
  }
  return largest;
}

/** Draws the toasts; a module of its own, because few visits need one. */
export default function Toaster({ theme }: { theme: "light" | "dark" }) {
  const { t } = useText();
  // Of several chats on a page one says it, not all.
  const id = useId();
  const waiting = useSyncExternalStore(waitingToasts.subscribe, waitingToasts.getSnapshot);
  const mark = useRef<HTMLSpanElement>(null);
  const [{ top, style }, setPlace] = useState<ToastPlace>({ top: 0, style: {} });
  useEffect(() => {
    if (waiting.length === 0) return;
    const page = { width: window.innerWidth, height: window.innerHeight };
    setPlace(toastPlace(mark.current === null ? {} : chatAround(mark.current), page));
    for (const { kind, text } of waitingToasts.take()) toast[kind](text, { toasterId: id });
  }, [waiting, id]);
  return (
    <>
      <span ref={mark} hidden />
      <Sonner
        id={id}
        theme={theme}
        containerAriaLabel={t("notifications.title")}
        position="top-center"
        offset={{ top }}
        mobileOffset={{ top }}
        style={style}
        closeButton
        toastOptions={{ closeButtonAriaLabel: t("common.close") }}
      />
    </>
  );
}
