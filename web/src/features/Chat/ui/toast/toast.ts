import { Store } from "../../lib/store.ts";

export interface Toast {
  readonly kind: "success" | "error" | "info";
  readonly text: string;
}

const waiting = new Store<readonly Toast[]>([]);

/** What has been said and is not on the screen yet. */
export const waitingToasts = {
  getSnapshot: waiting.getSnapshot,
  subscribe: waiting.subscribe,
  /** Hands the waiting toasts out, each once, however many pieces of the chat show toasts on this page. */
  take(): readonly Toast[] {
    const taken = waiting.getSnapshot();
    if (taken.length > 0) waiting.set([]);
    return taken;
  },
};

/** Says something in passing, at the edge of the screen. Shown by the {@link ToastHost} of the page, as soon as one is there. */
export function showToast(kind: Toast["kind"], text: string): void {
  waiting.set([...waiting.getSnapshot(), { kind, text }]);
}
