import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../../lib/api/errors.ts";

/** Tries after the first one of a read that may succeed later. */
const RETRIES = 2;

/** The first wait between tries, in ms; doubled each time. A `Retry-After` of the server counts more. */
const RETRY_DELAY_MS = 1000;

/** How long what nobody looks at any more is kept, in ms: a walk to another page of the host and back. */
const KEEP_MS = 30 * 60 * 1000;

/**
 * The chat's own cache. What is in it is kept true by the events of the socket, so that nothing is read again by time,
 * focus or mount.
 */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: KEEP_MS,
        networkMode: "always",
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => failures < RETRIES && error instanceof ApiError && error.retryable,
        retryDelay: (failures, error) =>
          Math.max(RETRY_DELAY_MS * 2 ** failures, error instanceof ApiError ? error.retryAfterMs : 0),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
