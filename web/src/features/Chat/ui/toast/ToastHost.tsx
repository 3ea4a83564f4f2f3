import { type ComponentType, useEffect, useState, useSyncExternalStore } from "react";
import { PRELOAD_DELAY } from "../deferred.tsx";
import { waitingToasts } from "./toast.ts";

type Drawer = ComponentType<{ theme: "light" | "dark" }>;

/** Where toasts appear. What draws them is loaded with the first one, or before it when there is time; while it cannot
 * be loaded they wait, for most of them are about a network that is away. */
export function ToastHost({ theme }: { theme: "light" | "dark" }) {
  const waiting = useSyncExternalStore(waitingToasts.subscribe, waitingToasts.getSnapshot);
  const [Toaster, setToaster] = useState<Drawer | null>(null);
  const count = waiting.length;
  useEffect(() => {
    if (Toaster !== null) return;
    let isWanted = true;
    const load = () => {
      import("./Toaster.tsx").then(
        (module) => isWanted && setToaster(() => module.default),
        // The next toast, and the network when it is back, ask again.
        () => undefined,
      );
    };
    const timer = setTimeout(load, count > 0 ? 0 : PRELOAD_DELAY);
    window.addEventListener("online", load);
    return () => {
      isWanted = false;
      clearTimeout(timer);
      window.removeEventListener("online", load);
    };
  }, [count, Toaster]);
  return Toaster === null ? null : <Toaster theme={theme} />;
}
