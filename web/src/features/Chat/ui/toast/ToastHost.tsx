import { lazy, Suspense, useState, useSyncExternalStore } from "react";
import { waitingToasts } from "./toast.ts";

const Toaster = lazy(() => import("./Toaster.tsx"));

/** Where toasts appear. What draws them is loaded with the first one. */
export function ToastHost({ theme }: { theme: "light" | "dark" }) {
  const waiting = useSyncExternalStore(waitingToasts.subscribe, waitingToasts.getSnapshot);
  const [isNeeded, setNeeded] = useState(false);
  if (waiting.length > 0 && !isNeeded) setNeeded(true);
  if (!isNeeded) return null;
  return (
    <Suspense>
      <Toaster theme={theme} />
    </Suspense>
  );
}
