import { type Ref, useCallback, useMemo } from "react";
import { initials } from "../../lib/format/names.ts";
import type { Draft } from "../../lib/realtime/types.ts";
import type { ConversationId, Participant, UserId } from "../../lib/types.ts";
import { useUploads } from "../../model/files/hooks.ts";
import { useDraft } from "../../model/messages/log.ts";
import { useTyping } from "../../model/people/hooks.ts";
import { useConnection } from "../../model/runtime/hooks.ts";
import { useText } from "../../model/useText.ts";
import { showToast } from "../toast/toast.ts";
import { Composer, type ComposerHandle, type Outgoing } from "./Composer.tsx";

export interface ConversationComposerProps {
  conversationId: ConversationId;
  me: UserId | null;
  participants: readonly Participant[];
  nameOf: (id: UserId) => string;
  send: (draft: Omit<Draft, "conversationId">) => string;
  onEditLast: () => void;
  ref?: Ref<ComposerHandle>;
}

/** The composer of a conversation: its draft, its files, and where what is written goes. */
export function ConversationComposer(props: ConversationComposerProps) {
  const { conversationId, me, participants, nameOf, send, onEditLast } = props;
  const { t } = useText();
  const { draft, setDraft } = useDraft(conversationId);
  const uploads = useUploads(conversationId);
  const { setTyping } = useTyping(conversationId);
  const { state } = useConnection();
  const people = useMemo(
    () =>
      participants
        .filter(({ user_id }) => user_id !== me)
        .map(({ user_id, avatar }) => {
          const name = nameOf(user_id);
          return { userId: user_id, name, initials: initials(name), avatar };
        }),
    [participants, me, nameOf],
  );
  const onSend = useCallback(
    ({ text, reply, mentions, attachments }: Outgoing) => {
      send({ text, reply, mentions, attachments });
      uploads.clear();
    },
    [send, uploads.clear],
  );
  // A message waits for the connection, a file cannot: it has to be with the server first.
  const onAddFiles = (files: File[]) => {
    if (state.name === "offline") showToast("error", t("messages.notConnected"));
    else uploads.add(files);
  };
  return (
    <Composer
      ref={props.ref}
      draft={draft}
      onDraft={setDraft}
      people={people}
      nameOf={nameOf}
      uploads={uploads.uploads}
      onAddFiles={onAddFiles}
      onRemoveUpload={uploads.remove}
      onRetryUpload={uploads.retry}
      onSend={onSend}
      onTyping={setTyping}
      onEditLast={onEditLast}
    />
  );
}
