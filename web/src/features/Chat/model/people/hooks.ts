import { type UseMutationResult, type UseQueryResult, useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import type {
  ChatUser,
  ConversationId,
  Participant,
  PersonEntry,
  Profile,
  Role,
  UpdateProfileRequest,
  UserId,
} from "../../lib/types.ts";
import { useLiveRuntime, useRuntime } from "../runtime/context.tsx";
import { keys } from "../runtime/keys.ts";
import { useReadable } from "../runtime/useReadable.ts";
import type { PersonCard } from "./book.ts";
import type { Presence } from "./presence.ts";

const NOBODY_WRITES: readonly UserId[] = [];
const UNKNOWN_PRESENCE: Presence = { isOnline: false, lastSeen: null };

/** Names and pictures of these people: every one of them is in the map, under a fallback name while unknown. */
export function usePeople(ids: readonly UserId[]): ReadonlyMap<UserId, PersonCard> {
  const { people } = useRuntime();
  const known = useReadable(people.store);
  // Callers build the array anew at every render; only who is in it counts.
  const wanted = ids.join(",");
  const list = useMemo(() => (wanted === "" ? [] : wanted.split(",").map(Number)), [wanted]);
  useEffect(() => people.want(list), [people, list]);
  return useMemo(
    () => new Map(list.map((id) => [id, known.get(id) ?? people.stranger(id)])),
    [people, known, list],
  );
}

/** One person's name and picture. */
export function usePerson(id: UserId): PersonCard {
  const { people } = useRuntime();
  return usePeople([id]).get(id) ?? people.stranger(id);
}

/** Whether a person is there; offline while unknown, and for `null`. */
export function usePresence(userId: UserId | null): Presence {
  const known = useReadable(useLiveRuntime().presence.store);
  return (userId === null ? undefined : known.get(userId)) ?? UNKNOWN_PRESENCE;
}

/** Who writes in a conversation now, the user excluded, and a way to say that the user does: call it at every key. */
export function useTyping(id: ConversationId): {
  readonly users: readonly UserId[];
  readonly setTyping: (isTyping: boolean) => void;
} {
  const { typing, client } = useLiveRuntime();
  const users = useReadable(typing.store).get(id) ?? NOBODY_WRITES;
  return {
    users,
    setTyping: useCallback((isTyping: boolean) => client.setTyping(id, isTyping), [client, id]),
  };
}

/** The signed-in user: the id at once, the profile when it is read. */
export function useMe(): {
  readonly userId: UserId | null;
  readonly profile: Profile | undefined;
  readonly isLoading: boolean;
  readonly error: Error | null;
} {
  const { api, queries, me } = useLiveRuntime();
  const userId = useReadable(me);
  const { data, isLoading, error } = useQuery(
    { queryKey: keys.profile, queryFn: ({ signal }) => api.people.profile(signal), enabled: userId !== null },
    queries,
  );
  return { userId, profile: userId === null ? undefined : data, isLoading, error };
}

/** Changes the user's own name, e-mail or picture. */
export function useUpdateProfile(): UseMutationResult<Profile, Error, UpdateProfileRequest> {
  const { api, queries } = useRuntime();
  return useMutation(
    {
      mutationFn: (change) => api.people.updateProfile(change),
      onSuccess: (profile) => queries.setQueryData(keys.profile, profile),
    },
    queries,
  );
}

/** The directory, for dialogs that filter by themselves; read when `isEnabled` first says so. */
export function useChatUsers(isEnabled = true): UseQueryResult<readonly ChatUser[]> {
  const { api, queries } = useRuntime();
  return useQuery(
    { queryKey: keys.directory, queryFn: ({ signal }) => api.people.chatUsers(signal), enabled: isEnabled },
    queries,
  );
}

/** The ten first people whose name contains `q`, with presence. */
export function usePeopleSearch(q: string): UseQueryResult<readonly PersonEntry[]> {
  const { api, queries } = useRuntime();
  const wanted = q.trim();
  return useQuery(
    {
      queryKey: keys.peopleFound(wanted),
      queryFn: ({ signal }) => api.people.search(wanted, signal),
      enabled: wanted !== "",
      staleTime: 0,
    },
    queries,
  );
}

/** Who is in a conversation, with roles and presence. */
export function useParticipants(
  id: ConversationId | null | undefined,
): UseQueryResult<readonly Participant[]> {
  const { api, queries } = useLiveRuntime();
  const wanted = id ?? "";
  return useQuery(
    {
      queryKey: keys.participants(wanted),
      queryFn: ({ signal }) => api.participants.all(wanted, signal),
      enabled: wanted !== "",
    },
    queries,
  );
}

/** Lets somebody into a group. */
export function useAddParticipant(): UseMutationResult<
  Participant,
  Error,
  { readonly conversationId: ConversationId; readonly data: { user_id: UserId; role?: Role | null } }
> {
  const { api, queries } = useRuntime();
  return useMutation(
    {
      mutationFn: ({ conversationId, data }) => api.participants.add(conversationId, data.user_id, data.role),
      onSuccess: (_, { conversationId }) =>
        queries.invalidateQueries({ queryKey: keys.participants(conversationId) }),
    },
    queries,
  );
}

/** Takes somebody out of a group. */
export function useRemoveParticipant(): UseMutationResult<
  void,
  Error,
  { readonly conversationId: ConversationId; readonly userId: UserId }
> {
  const { api, queries } = useRuntime();
  return useMutation(
    {
      mutationFn: ({ conversationId, userId }) => api.participants.remove(conversationId, userId),
      onSuccess: (_, { conversationId }) =>
        queries.invalidateQueries({ queryKey: keys.participants(conversationId) }),
    },
    queries,
  );
}
