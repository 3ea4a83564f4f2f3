import { useCallback, useMemo } from "react";
import { initials } from "../../lib/format/names.ts";
import type { Conversation, Message, UserId } from "../../lib/types.ts";
import { usePeople } from "../../model/people/hooks.ts";
import { useText } from "../../model/useText.ts";
import type { Face } from "./scene.ts";

/** Names and pictures of everybody who appears in a conversation. The function changes only when one of them does. */
export function useFaces(
  conversation: Conversation | undefined,
  messages: readonly Message[],
): (id: UserId) => Face {
  const { t } = useText();
  const ids = useMemo(() => idsOf(conversation, messages), [conversation, messages]);
  const people = usePeople(ids);
  const faces = useMemo(
    () =>
      new Map(
        [...people.values()].map(({ id, name, avatar }) => [id, { name, initials: initials(name), avatar }]),
      ),
    [people],
  );
  return useCallback(
    (id) => faces.get(id) ?? { name: t("common.unknownPerson"), initials: "?", avatar: null },
    [faces, t],
  );
}

function idsOf(conversation: Conversation | undefined, messages: readonly Message[]): UserId[] {
  const ids = new Set<UserId>();
  for (const person of conversation?.participants ?? conversation?.participants_head ?? [])
    ids.add(person.user_id);
  if (conversation?.other_user) ids.add(conversation.other_user.id);
  for (const message of messages) {
    ids.add(message.sender_id);
    if (message.reply) ids.add(message.reply.sender_id);
    for (const { user_ids } of message.reactions ?? []) for (const id of user_ids) ids.add(id);
    const { event } = message;
    if (event && "user_id" in event) ids.add(event.user_id);
  }
  return [...ids].sort((a, b) => a - b);
}
