import { useSyncExternalStore } from "react";
import type { Readable } from "../../lib/store.ts";

/** A value that changes, as a component shows it. */
export function useReadable<T>(readable: Readable<T>): T {
  return useSyncExternalStore(readable.subscribe, readable.getSnapshot, readable.getSnapshot);
}
