import { useState } from "react";
import { ApiError } from "../../lib/api/errors.ts";
import type { Attachment, ConversationId, Message, MessageId, Seq, UserId } from "../../lib/types.ts";
import { useDeleteMessage, useEditMessage, usePinMessage, useReact } from "../../model/messages/hooks.ts";
import { useDraft } from "../../model/messages/log.ts";
import { useOutboxActions } from "../../model/runtime/hooks.ts";
import { useText } from "../../model/useText.ts";
import { mentionsIn, pickedFrom } from "../composer/mentions.ts";
import { showToast } from "../toast/toast.ts";
import { copyText } from "./copyText.ts";
import type { MessageActions } from "./scene.ts";
import { useStable } from "./useStable.ts";

export interface ActionsInput {
  conversationId: ConversationId;
  me: UserId | null;
  jump: (seq: Seq) => void;
  /** After a reply has been begun: writing goes on in the composer. */
  focusComposer: () => void;
}

/** What is open over the messages; one thing at a time. */
export type Overlay =
  | { readonly kind: "menu"; readonly key: string; readonly anchor: Element }
  | { readonly kind: "emoji"; readonly message: Message; readonly anchor: Element }
  | { readonly kind: "remove"; readonly message: Message }
  | { readonly kind: "media"; readonly media: readonly Attachment[]; readonly at: number };

/** Carries out what a message's buttons, menu and keys ask for; what fails is said in a toast. */
export function useMessageActions(input: ActionsInput) {
  const [editing, setEditing] = useState<MessageId | null>(null);
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const { t } = useText();
  const changes = useChanges(input);
  const { setDraft } = useDraft(input.conversationId);
  const { retry, discard } = useOutboxActions();
  const actions = useStable<MessageActions>({
    ...changes,
    reply(message) {
      const { id, seq, sender_id, text } = message;
      setDraft({ reply: { id, seq, sender_id, text: text ?? null } });
      input.focusComposer();
    },
    edit: (message) => setEditing(message.id),
    remove: (message) => setOverlay({ kind: "remove", message }),
    copy(text) {
      copyText(text).then(
        () => showToast("success", t("details.copied")),
        () => showToast("error", t("details.copyFailed")),
      );
    },
    retry: (entry) => retry(entry.clientId),
    discard: (entry) => discard(entry.clientId),
    jump: (reply) => input.jump(reply.seq),
    look: (media, at) => setOverlay({ kind: "media", media, at }),
    openMenu: (key, anchor) => setOverlay({ kind: "menu", key, anchor }),
    openEmoji: (message, anchor) => setOverlay({ kind: "emoji", message, anchor }),
    saveEdit(message, text) {
      setEditing(null);
      changes.saveEdit(message, text);
    },
    cancelEdit: () => setEditing(null),
  });
  return { actions, editing, overlay, setOverlay, removeNow: changes.removeNow };
}

/** The changes that go to the server at once: they cannot wait for a connection, and say so when there is none. */
function useChanges({ conversationId, me }: ActionsInput) {
  const { t } = useText();
  const edit = useEditMessage();
  const remove = useDeleteMessage();
  const react = useReact();
  const pin = usePinMessage();
  const failed = (text: string) => (error: Error) => showToast("error", failureText(error, text, t));
  return {
    saveEdit(message: Message, text: string): void {
      const mentions = mentionsIn(text, pickedFrom(message.text ?? "", message.mentions ?? []));
      edit.mutate(
        { messageId: message.id, data: { text, mentions } },
        { onError: failed(t("messages.editFailed")) },
      );
    },
    removeNow(message: Message): void {
      remove.mutate(message.id, { onError: failed(t("messages.deleteFailed")) });
    },
    react(message: Message, emoji: string): void {
      const mine = message.reactions?.find((reaction) => reaction.emoji === emoji);
      const isMine = me !== null && mine?.user_ids.includes(me) === true;
      react.mutate(
        { messageId: message.id, emoji, remove: isMine },
        { onError: failed(t("messages.reactFailed")) },
      );
    },
    pin(message: Message): void {
      const isPinned = message.pinned_at !== undefined && message.pinned_at !== null;
      pin.mutate(
        { messageId: message.id, conversationId, isPinned: !isPinned },
        { onError: failed(t("messages.pinFailed")) },
      );
    },
  };
}

/** Why a change was not made, in the user's language where we know the reason. */
export function failureText(error: Error, otherwise: string, t: ReturnType<typeof useText>["t"]): string {
  if (!(error instanceof ApiError)) return otherwise;
  if (error.code === "network" || error.code === "timeout") return t("messages.notConnected");
  if (error.code === "contact_data") return t("messages.contactData");
  if (error.code === "held_for_review") return t("messages.heldForReview");
  return otherwise;
}
