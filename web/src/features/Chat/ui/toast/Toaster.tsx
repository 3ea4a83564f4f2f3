import { useEffect, useId, useSyncExternalStore } from "react";
import { Toaster as Sonner, toast } from "sonner";
import "sonner/dist/styles.css";
import { useText } from "../../model/useText.ts";
import { waitingToasts } from "./toast.ts";

/** Draws the toasts; a module of its own, because few visits need one. */
export default function Toaster({ theme }: { theme: "light" | "dark" }) {
  const { t } = useText();
  // Of several chats on a page one says it, not all.
  const id = useId();
  const waiting = useSyncExternalStore(waitingToasts.subscribe, waitingToasts.getSnapshot);
  useEffect(() => {
    if (waiting.length === 0) return;
    for (const { kind, text } of waitingToasts.take()) toast[kind](text, { toasterId: id });
  }, [waiting, id]);
  return (
    <Sonner
      id={id}
      theme={theme}
      containerAriaLabel={t("notifications.title")}
      position="bottom-center"
      closeButton
      toastOptions={{ closeButtonAriaLabel: t("common.close") }}
    />
  );
}
