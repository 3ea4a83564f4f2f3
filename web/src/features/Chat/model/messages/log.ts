import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { ConversationHandle, Draft, LogSnapshot } from "../../lib/realtime/types.ts";
import type { ConversationId, Seq } from "../../lib/types.ts";
import { useLiveRuntime } from "../runtime/context.tsx";
import { useReadable } from "../runtime/useReadable.ts";
import { type DraftText, EMPTY_DRAFT } from "./drafts.ts";

const NOT_OPEN: LogSnapshot = {
  status: "loading",
  messages: [],
  pending: [],
  hasOlder: false,
  hasNewer: false,
  loading: null,
  reads: new Map(),
  typing: [],
  error: null,
};

/** A conversation on a screen. */
export interface ConversationLog {
  /** What is loaded of it. */
  readonly log: LogSnapshot;
  /** How to load more; `null` until the conversation is open, and while nobody is signed in. */
  readonly handle: ConversationHandle | null;
  /** Puts a message into the outbox and returns its `client_id`. */
  readonly send: (draft: Omit<Draft, "conversationId">) => string;
  /** Says that everything up to `seq` is read. */
  readonly markRead: (seq: Seq) => void;
}

/** Follows a conversation for as long as the component is there. */
export function useConversationLog(id: ConversationId): ConversationLog {
  const { client, me } = useLiveRuntime();
  const userId = useReadable(me);
  const [open, setOpen] = useState<{ id: ConversationId; handle: ConversationHandle } | null>(null);
  useEffect(() => {
    if (userId === null) return;
    const handle = client.open(id);
    setOpen({ id, handle });
    return () => {
      handle.release();
      setOpen(null);
    };
  }, [client, id, userId]);
  // Between a change of `id` and the effect that follows, the old conversation must not be shown under the new name.
  const handle = open?.id === id ? open.handle : null;
  const log = useSyncExternalStore(
    useCallback((listener: () => void) => handle?.subscribe(listener) ?? (() => undefined), [handle]),
    () => handle?.getSnapshot() ?? NOT_OPEN,
    () => NOT_OPEN,
  );
  return {
    log,
    handle,
    send: useCallback(
      (draft: Omit<Draft, "conversationId">) => client.send({ ...draft, conversationId: id }),
      [client, id],
    ),
    markRead: useCallback((seq: Seq) => client.markRead(id, seq), [client, id]),
  };
}

/** What is written in a conversation and not sent: kept over a reload, for each user apart. */
export function useDraft(id: ConversationId): {
  readonly draft: DraftText;
  readonly setDraft: (change: Partial<DraftText>) => void;
  readonly clear: () => void;
} {
  const { drafts, me } = useLiveRuntime();
  const userId = useReadable(me);
  const subscribe = useCallback(
    (listener: () => void) => (userId === null ? () => undefined : drafts.of(userId, id).subscribe(listener)),
    [drafts, userId, id],
  );
  const read = useCallback(
    () => (userId === null ? EMPTY_DRAFT : drafts.of(userId, id).getSnapshot()),
    [drafts, userId, id],
  );
  const draft = useSyncExternalStore(subscribe, read, read);
  const setDraft = useCallback(
    (change: Partial<DraftText>) => {
      if (userId !== null) drafts.set(userId, id, { ...drafts.of(userId, id).getSnapshot(), ...change });
    },
    [drafts, userId, id],
  );
  const clear = useCallback(() => {
    if (userId !== null) drafts.set(userId, id, EMPTY_DRAFT);
  }, [drafts, userId, id]);
  return { draft, setDraft, clear };
}
