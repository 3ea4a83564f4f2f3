import { type UseMutationResult, type UseQueryResult, useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type {
  Conversation,
  ConversationId,
  CreateConversationRequest,
  UpdateConversationRequest,
} from "../../lib/types.ts";
import { useLiveRuntime, useRuntime } from "../runtime/context.tsx";
import { keys } from "../runtime/keys.ts";
import { useReadable } from "../runtime/useReadable.ts";
import type { ListData } from "./keeper.ts";
import { ordered, withPending } from "./ordering.ts";

/** The list, as a query whose `data` is the conversations in their order, and its further pages. */
export type ConversationsResult = Omit<UseQueryResult<ListData>, "data" | "promise"> & {
  readonly data: Conversation[] | undefined;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => Promise<void>;
};

/** The user's conversations: the pinned first, then by newest activity; what is being sent counts already. */
export function useConversations(): ConversationsResult {
  const runtime = useLiveRuntime();
  const me = useReadable(runtime.me);
  const outbox = useReadable(runtime.client.outbox);
  const [isLoadingMore, setLoadingMore] = useState(false);
  const query = useQuery(
    { queryKey: keys.list, queryFn: ({ signal }) => runtime.list.readFirst(signal) },
    runtime.queries,
  );
  const items = query.data?.items;
  const data = useMemo(
    () => (items === undefined ? undefined : [...ordered(withPending(items, outbox, me))]),
    [items, outbox, me],
  );
  const loadMore = useCallback(async () => {
    setLoadingMore(true);
    try {
      await runtime.list.readMore();
    } finally {
      setLoadingMore(false);
    }
  }, [runtime]);
  const hasMore = query.data != null && query.data.next !== null;
  return { ...query, data, hasMore, isLoadingMore, loadMore };
}

/** Conversations of the server whose title, or other side's name, contains `q`: for lists that are not all here. */
export function useConversationSearch(q: string): UseQueryResult<readonly Conversation[]> {
  const { api, queries } = useRuntime();
  const wanted = q.trim();
  return useQuery(
    {
      queryKey: keys.found(wanted),
      queryFn: async ({ signal }) => (await api.conversations.page({ q: wanted }, signal)).items,
      enabled: wanted !== "",
      staleTime: 0,
    },
    queries,
  );
}

/** What the user has hidden until somebody writes there. */
export function useHiddenConversations(isEnabled = true): UseQueryResult<readonly Conversation[]> {
  const { api, queries } = useRuntime();
  return useQuery(
    {
      queryKey: keys.hidden,
      queryFn: async ({ signal }) => (await api.conversations.page({ hidden: true }, signal)).items,
      enabled: isEnabled,
      staleTime: 0,
    },
    queries,
  );
}

/** One conversation with its participants. */
export function useConversation(id: ConversationId | null | undefined): UseQueryResult<Conversation> {
  const { api, queries } = useLiveRuntime();
  const wanted = id ?? "";
  return useQuery(
    {
      queryKey: keys.conversation(wanted),
      queryFn: ({ signal }) => api.conversations.get(wanted, signal),
      enabled: wanted !== "",
    },
    queries,
  );
}

/** The list's own row of a conversation: title, count, what the user made of it; `undefined` while it is not there. */
export function useConversationRow(id: ConversationId | null): Conversation | undefined {
  const runtime = useLiveRuntime();
  const { data } = useQuery(
    {
      queryKey: keys.list,
      queryFn: ({ signal }) => runtime.list.readFirst(signal),
      select: (list: ListData) => list.items.find((row) => row.id === id),
    },
    runtime.queries,
  );
  return data;
}

/** Makes a conversation, or finds the one that this pair has already; it is in the list at once. */
export function useCreateConversation(): UseMutationResult<Conversation, Error, CreateConversationRequest> {
  const { api, queries, list } = useRuntime();
  return useMutation(
    {
      mutationFn: (request) => api.conversations.create(request),
      onSuccess: (conversation) => list.put(conversation),
    },
    queries,
  );
}

/** Deletes a conversation with everything that was said in it, for everybody. */
export function useDeleteConversation(): UseMutationResult<void, Error, ConversationId> {
  const { api, queries, list } = useRuntime();
  return useMutation(
    { mutationFn: (id) => api.conversations.remove(id), onSuccess: (_, id) => list.drop(id) },
    queries,
  );
}

/** Leaves a group. */
export function useLeaveConversation(): UseMutationResult<void, Error, ConversationId> {
  const { api, queries, list } = useRuntime();
  return useMutation(
    { mutationFn: (id) => api.conversations.leave(id), onSuccess: (_, id) => list.drop(id) },
    queries,
  );
}

/** Changes title, description or link of a group. */
export function useUpdateConversation(): UseMutationResult<
  Conversation,
  Error,
  { readonly conversationId: ConversationId; readonly data: UpdateConversationRequest }
> {
  const { api, queries, list } = useRuntime();
  return useMutation(
    {
      mutationFn: ({ conversationId, data }) => api.conversations.update(conversationId, data),
      onSuccess: (conversation) => {
        list.put(conversation);
        queries.setQueryData<Conversation>(keys.conversation(conversation.id), (old) => ({
          ...old,
          ...conversation,
        }));
      },
    },
    queries,
  );
}
