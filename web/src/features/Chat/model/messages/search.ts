import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import {
  FOUND_PAGE,
  type MessageSearch,
  SEARCH_MAX_LENGTH,
  SEARCH_MIN_LENGTH,
} from "../../lib/api/messages.ts";
import type { FoundMessage } from "../../lib/types.ts";
import { useRuntime } from "../runtime/context.tsx";
import { keys } from "../runtime/keys.ts";

/** How long after the last key the server is asked, in ms. */
const SEARCH_DELAY_MS = 300;

/** What a search has found so far. */
export interface MessageSearchResult {
  readonly data: readonly FoundMessage[];
  /** `q` has fewer characters than the server's index knows. */
  readonly isTooShort: boolean;
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
}

/** Searches the messages of the user's conversations, newest first; waits until the user stops typing. */
export function useSearchMessages(search: Omit<MessageSearch, "before">): MessageSearchResult {
  const { api, queries } = useRuntime();
  const q = useSettled(search.q.trim().slice(0, SEARCH_MAX_LENGTH), SEARCH_DELAY_MS);
  const isTooShort = search.q.trim().length < SEARCH_MIN_LENGTH;
  const wanted = { ...search, q };
  const query = useInfiniteQuery(
    {
      queryKey: keys.search(wanted),
      queryFn: ({ pageParam, signal }) => api.messages.search({ ...wanted, before: pageParam }, signal),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: (page: readonly FoundMessage[]) =>
        page.length < FOUND_PAGE ? undefined : page.at(-1)?.message.number,
      enabled: !isTooShort && q.length >= SEARCH_MIN_LENGTH,
      staleTime: 0,
    },
    queries,
  );
  return {
    data: isTooShort ? [] : (query.data?.pages.flat() ?? []),
    isTooShort,
    isLoading: query.isLoading,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => {
      // What fails is in `error`.
      void query.fetchNextPage();
    },
  };
}

/** A value that has not changed for `ms`. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
