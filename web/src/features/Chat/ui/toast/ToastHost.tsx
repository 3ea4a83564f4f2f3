import { type ComponentType, useEffect, useState, useSyncExternalStore } from "react";
import { waitingToasts } from "./toast.ts";

/** Loads what draws toasts, so that they can be shown without a network: often that is what they are about. */
export const loadToaster = () => import("./Toaster.tsx");

/** Where toasts appear. What draws them is loaded with the first one; until that succeeds, toasts wait. */
export function ToastHost({ theme }: { theme: "light" | "dark" }) {
  const waiting = useSyncExternalStore(waitingToasts.subscribe, waitingToasts.getSnapshot);
  const [Toaster, setToaster] = useState<ComponentType<{ theme: "light" | "dark" }> | null>(null);
  useEffect(() => {
    if (waiting.length === 0 || Toaster !== null) return undefined;
    let isWanted = true;
    loadToaster().then(
      (module) => isWanted && setToaster(() => module.default),
      // The next toast tries again. `React.lazy` would take the chat down over a toast.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [waiting, Toaster]);
  return Toaster === null ? null : <Toaster theme={theme} />;
}
