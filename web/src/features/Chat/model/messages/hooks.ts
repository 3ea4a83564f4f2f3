import { type UseMutationResult, type UseQueryResult, useMutation, useQuery } from "@tanstack/react-query";
import { MESSAGES_PAGE } from "../../lib/api/messages.ts";
import { newClientId } from "../../lib/ids.ts";
import type {
  ConversationId,
  Mention,
  Message,
  MessageId,
  Reaction,
  SendMessageRequest,
} from "../../lib/types.ts";
import { useLiveRuntime, useRuntime } from "../runtime/context.tsx";
import { keys } from "../runtime/keys.ts";

/** A page of messages, ascending; `offset` counts from the newest. The newest page follows what is said. */
export function useMessages(
  id: ConversationId | null | undefined,
  limit = MESSAGES_PAGE,
  offset = 0,
): UseQueryResult<readonly Message[]> {
  const { api, queries } = useLiveRuntime();
  const wanted = id ?? "";
  return useQuery(
    {
      queryKey: [...keys.messages(wanted), { limit, offset }],
      queryFn: ({ signal }) => api.messages.pageByOffset(wanted, limit, offset, signal),
      enabled: wanted !== "",
    },
    queries,
  );
}

/** Sends over REST and answers the message; our own screens use the outbox instead, which survives a reload. */
export function useSendMessage(): UseMutationResult<Message, Error, SendMessageRequest> {
  const { api, queries } = useRuntime();
  return useMutation(
    {
      mutationFn: (request) => api.messages.send({ client_id: newClientId(), ...request }),
      onSuccess: (message) => queries.invalidateQueries({ queryKey: keys.messages(message.conversation_id) }),
    },
    queries,
  );
}

/** Changes an own message. */
export function useEditMessage(): UseMutationResult<
  Message,
  Error,
  { readonly messageId: MessageId; readonly data: { text: string; mentions?: Mention[] } }
> {
  const { api, queries } = useRuntime();
  return useMutation(
    {
      mutationFn: ({ messageId, data }) => api.messages.edit(messageId, data),
      onSuccess: (message) => queries.invalidateQueries({ queryKey: keys.messages(message.conversation_id) }),
    },
    queries,
  );
}

/** Deletes an own message. */
export function useDeleteMessage(): UseMutationResult<void, Error, MessageId> {
  const { api, queries } = useRuntime();
  return useMutation(
    {
      mutationFn: (id) => api.messages.remove(id),
      onSuccess: () => queries.invalidateQueries({ queryKey: keys.messages("").slice(0, 2) }),
    },
    queries,
  );
}

/** Reacts to a message, or takes a reaction back. */
export function useReact(): UseMutationResult<
  void,
  Error,
  { readonly messageId: MessageId; readonly emoji: string; readonly remove?: boolean }
> {
  const { api, queries } = useRuntime();
  return useMutation(
    {
      mutationFn: async ({ messageId, emoji, remove = false }) => {
        if (remove) await api.messages.unreact(messageId, emoji);
        else await api.messages.react(messageId, emoji);
      },
    },
    queries,
  );
}

/** Pins a message for everybody, or takes it down; in a group its admins may. */
export function usePinMessage(): UseMutationResult<
  void,
  Error,
  { readonly messageId: MessageId; readonly conversationId: ConversationId; readonly isPinned: boolean }
> {
  const { api, queries } = useRuntime();
  return useMutation(
    {
      mutationFn: async ({ messageId, isPinned }) => {
        if (isPinned) await api.messages.pin(messageId);
        else await api.messages.unpin(messageId);
      },
      onSuccess: (_, { conversationId }) =>
        queries.invalidateQueries({ queryKey: keys.pins(conversationId) }),
    },
    queries,
  );
}

/** What is pinned in a conversation. */
export function usePins(id: ConversationId | null): UseQueryResult<readonly Message[]> {
  const { api, queries } = useLiveRuntime();
  const wanted = id ?? "";
  return useQuery(
    {
      queryKey: keys.pins(wanted),
      queryFn: ({ signal }) => api.messages.pins(wanted, signal),
      enabled: wanted !== "",
    },
    queries,
  );
}

/** Everybody who reacted to a message; messages themselves carry the first fifty. */
export function useReactions(id: MessageId | null): UseQueryResult<readonly Reaction[]> {
  const { api, queries } = useLiveRuntime();
  const wanted = id ?? "";
  return useQuery(
    {
      queryKey: keys.reactions(wanted),
      queryFn: ({ signal }) => api.messages.reactions(wanted, signal),
      enabled: wanted !== "",
    },
    queries,
  );
}
