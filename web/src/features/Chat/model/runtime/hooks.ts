import { useCallback } from "react";
import type { ConnectionState, OutboxEntry } from "../../lib/realtime/types.ts";
import type { UserId } from "../../lib/types.ts";
import { useLiveRuntime, useRuntime } from "./context.tsx";
import { useReadable } from "./useReadable.ts";

/** How the socket stands, and a way to try at once. */
export function useConnection(): { readonly state: ConnectionState; readonly retryNow: () => void } {
  const { client } = useLiveRuntime();
  const state = useReadable(client.connection);
  return { state, retryNow: useCallback(() => client.retryNow(), [client]) };
}

/** The signed-in user's id; `null` before that is known, and when nobody is signed in. */
export function useMyId(): UserId | null {
  return useReadable(useLiveRuntime().me);
}

/** Everything that is being sent, and what to do with what failed. */
export function useOutboxActions(): {
  readonly outbox: readonly OutboxEntry[];
  readonly retry: (clientId: string) => void;
  readonly discard: (clientId: string) => void;
} {
  const { client } = useRuntime();
  return {
    outbox: useReadable(client.outbox),
    retry: useCallback((clientId: string) => client.retry(clientId), [client]),
    discard: useCallback((clientId: string) => client.discard(clientId), [client]),
  };
}
