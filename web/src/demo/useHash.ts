import { useCallback, useSyncExternalStore } from "react";

const PREFIX = "#/c/";

/** The conversation that the address names (`#/c/<id>`), and a way to go to another; back and forward work. */
export function useConversationInAddress(): [string | null, (id: string | null) => void] {
  const id = useSyncExternalStore(subscribe, read);
  const go = useCallback((next: string | null) => {
    if (next === read()) return;
    const { pathname, search } = window.location;
    window.location.hash = next === null ? "" : PREFIX + encodeURIComponent(next);
    // An empty hash leaves a "#" behind.
    if (next === null) window.history.replaceState(null, "", pathname + search);
  }, []);
  return [id, go];
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

function read(): string | null {
  const { hash } = window.location;
  if (!hash.startsWith(PREFIX) || hash.length === PREFIX.length) return null;
  try {
    return decodeURIComponent(hash.slice(PREFIX.length));
  } catch {
    // Somebody typed an address that is none.
    return null;
  }
}
