import { useCallback, useSyncExternalStore } from "react";
import { useRuntime } from "../../model/runtime/context.tsx";

/** Whether somebody is signed in on this page, as far as is known without asking the server; another tab counts too. */
export function useIsSignedIn(): boolean {
  const { session } = useRuntime();
  const subscribe = useCallback((listener: () => void) => session.subscribe(listener), [session]);
  return useSyncExternalStore(subscribe, () => session.peek() !== null);
}
