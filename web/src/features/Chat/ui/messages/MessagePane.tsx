import {
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from "react";
import type { ConversationHandle, LogSnapshot } from "../../lib/realtime/types.ts";
import type { Conversation, ConversationId, Message, Seq, UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { MessageList, type MessageListHandle } from "./MessageList.tsx";
import { Overlays } from "./Overlays.tsx";
import { FailedMessages, GoneConversation, LoadingMessages, NoMessages } from "./States.tsx";
import { type MessageScene, SceneProvider } from "./scene.ts";
import { countAbove, type Row } from "./timeline.ts";
import { useIncoming } from "./useIncoming.ts";
import { useJump } from "./useJump.ts";
import { useMessageActions } from "./useMessageActions.ts";
import { useSeen } from "./useSeen.ts";
import { useTimeline, useUnreadMark } from "./useTimeline.ts";
import { useToday } from "./useToday.ts";

export interface MessagePaneProps {
  conversationId: ConversationId;
  conversation: Conversation | undefined;
  me: UserId | null;
  log: LogSnapshot;
  handle: ConversationHandle | null;
  markRead: (seq: Seq) => void;
  face: MessageScene["face"];
  canPin: boolean;
  /** Leads away from a conversation that is gone. */
  onBack: (() => void) | undefined;
  /** Lets the composer and the search lead to messages. */
  controls: RefObject<PaneControls | null>;
  focusComposer: () => void;
}

/** What the rest of the screen asks of the messages. */
export interface PaneControls {
  jump(seq: Seq): void;
  /** Opens the user's last message for a change. */
  editLast(): void;
  showEnd(): void;
}

/** The messages of a conversation with everything that can be done to them. */
export function MessagePane(props: MessagePaneProps) {
  const { conversation, me, log, handle, face, canPin } = props;
  const { t } = useText();
  const list = useRef<MessageListHandle>(null);
  const unreadFrom = useUnreadMark(log, me, handle);
  const rows = useTimeline(log, me, unreadFrom ?? null);
  const { jump, highlighted } = useJump(rows, list, handle);
  const { actions, editing, overlay, setOverlay, removeNow } = useMessageActions({
    conversationId: props.conversationId,
    me,
    jump,
    focusComposer: props.focusComposer,
  });
  const isGroup = conversation?.type === "group";
  const scene = useMemo(() => ({ me, isGroup, face, actions }), [me, isGroup, face, actions]);
  const { seen, onSeen } = useSeen(log.messages, props.markRead);
  const nameOf = useCallback((id: UserId) => face(id).name, [face]);
  const announced = useIncoming({
    messages: log.messages,
    isLive: log.status === "ready" && !log.hasNewer,
    me,
    nameOf,
    t,
  });
  const showEnd = useShowEnd(rows, log, handle, list);
  useFirstView(rows, unreadFrom, list);
  const today = useToday();
  const readUpTo = useMemo(() => furthest(log.reads, me), [log.reads, me]);
  const newCount = useMemo(() => countAbove(log.messages, me, seen), [log.messages, me, seen]);
  const onLoadOlder = useCallback(() => void handle?.loadOlder(), [handle]);
  const onLoadNewer = useCallback(() => void handle?.loadNewer(), [handle]);
  useControls(props.controls, { jump, showEnd, editLast: () => editLast(log.messages, me, actions.edit) });
  return (
    <SceneProvider value={scene}>
      <p role="status" aria-live="polite" className="uc:sr-only">
        {announced}
      </p>
      <PaneBody log={log} rows={rows} onBack={props.onBack} onRetry={() => void handle?.reload()}>
        <MessageList
          ref={list}
          rows={rows}
          label={t("messages.list")}
          today={today}
          readUpTo={readUpTo}
          editing={editing}
          highlighted={highlighted}
          hasOlder={log.hasOlder}
          hasNewer={log.hasNewer}
          isLoadingOlder={log.loading === "older"}
          onLoadOlder={onLoadOlder}
          onLoadNewer={onLoadNewer}
          onSeen={onSeen}
          onMenu={actions.openMenu}
          newCount={newCount}
          onToEnd={showEnd}
        />
      </PaneBody>
      <Overlays
        overlay={overlay}
        rows={rows}
        canPin={canPin}
        onClose={() => setOverlay((now) => (now === overlay ? null : now))}
        onRemove={(message) => {
          removeNow(message);
          // The row that had the focus goes; on touch screens a focus would bring up the keyboard.
          if (window.matchMedia("(pointer: fine)").matches) props.focusComposer();
        }}
      />
    </SceneProvider>
  );
}

interface PaneBodyProps {
  log: LogSnapshot;
  rows: readonly Row[];
  onBack: (() => void) | undefined;
  onRetry: () => void;
  children: ReactNode;
}

function PaneBody({ log, rows, onBack, onRetry, children }: PaneBodyProps) {
  if (log.status === "gone") return <GoneConversation onBack={onBack} />;
  if (rows.length > 0) return children;
  if (log.status === "failed") return <FailedMessages onRetry={onRetry} />;
  return log.status === "loading" ? <LoadingMessages /> : <NoMessages />;
}

/** How far anybody but the user has read. */
function furthest(reads: LogSnapshot["reads"], me: UserId | null): Seq {
  let seq = 0;
  for (const [user, read] of reads) if (user !== me && read > seq) seq = read;
  return seq;
}

function editLast(messages: readonly Message[], me: UserId | null, edit: (message: Message) => void): void {
  const last = messages.findLast(
    (one) => one.sender_id === me && one.kind !== "system" && !one.deleted_at && one.text,
  );
  if (last !== undefined) edit(last);
}

/** Shows the newest message: loads it when the log stands in the past; an own new message is always shown. */
function useShowEnd(
  rows: readonly Row[],
  log: LogSnapshot,
  handle: ConversationHandle | null,
  list: RefObject<MessageListHandle | null>,
): () => void {
  const isWanted = useRef(false);
  const showEnd = useCallback(() => {
    if (log.hasNewer) {
      isWanted.current = true;
      void handle?.jumpToEnd();
    }
    list.current?.showEnd();
  }, [log.hasNewer, handle, list]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are what is waited for
  useEffect(() => {
    if (!isWanted.current || log.hasNewer) return;
    isWanted.current = false;
    list.current?.showEnd();
  }, [rows, log.hasNewer, list]);

  const newestOwn = log.pending.at(-1)?.clientId;
  const shown = useRef(newestOwn);
  useEffect(() => {
    if (newestOwn !== undefined && newestOwn !== shown.current) showEnd();
    shown.current = newestOwn;
  }, [newestOwn, showEnd]);
  return showEnd;
}

/** Where a conversation opens: at what is unread, else at its end. */
function useFirstView(
  rows: readonly Row[],
  unreadFrom: string | null | undefined,
  list: RefObject<MessageListHandle | null>,
): void {
  const isDone = useRef(false);
  useLayoutEffect(() => {
    if (isDone.current || rows.length === 0) return;
    isDone.current = unreadFrom !== undefined;
    const unread = rows.find((row) => row.isUnreadStart);
    if (unread === undefined || list.current?.showRow(unread.key, "start") !== true) list.current?.showEnd();
  }, [rows, unreadFrom, list]);
}

function useControls(ref: RefObject<PaneControls | null>, controls: PaneControls): void {
  useLayoutEffect(() => {
    ref.current = controls;
  });
}
