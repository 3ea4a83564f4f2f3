import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { LogSnapshot } from "../lib/realtime/types.ts";
import type { Conversation, ConversationId, MessageHead, Participant, Seq, UserId } from "../lib/types.ts";
import { useConversation } from "../model/conversations/hooks.ts";
import { useConversationLog } from "../model/messages/log.ts";
import { useParticipants } from "../model/people/hooks.ts";
import { useConnection, useMyId } from "../model/runtime/hooks.ts";
import { ChatScope } from "./ChatScope.tsx";
import type { ComposerHandle } from "./composer/Composer.tsx";
import { ConversationComposer } from "./composer/ConversationComposer.tsx";
import { useKeyboardInset } from "./composer/useKeyboardInset.ts";
import { Deferred, deferred, usePreloaded } from "./deferred.tsx";
import { OpenHeader } from "./header/OpenHeader.tsx";
import { MessagePane, type PaneControls } from "./messages/MessagePane.tsx";
import { PinnedBar } from "./messages/PinnedBar.tsx";
import { useFaces } from "./messages/useFaces.ts";
import { useContainerWidth } from "./useContainerWidth.ts";

const GroupDetails = deferred(() => import("./details/GroupDetails.tsx"));
const MessageSearch = deferred(() => import("./search/MessageSearch.tsx"));
const PARTS = [GroupDetails, MessageSearch];

export interface ChatMessagesProps {
  conversationId: ConversationId;
  /** What is known of it already, so that the header need not wait. */
  conversation?: Conversation | undefined;
  /** Called with each new last message, also with one that is only on its way. */
  onLastMessageUpdate?: ((conversationId: ConversationId, lastMessage: MessageHead) => void) | undefined;
  /** The header of a group was pressed; without it, the details of the group are shown in here. */
  onHeaderClick?: (() => void) | undefined;
  /** A message to lead to, e.g. one that a search has found; a new object leads there again. */
  jump?: { readonly seq: Seq } | null | undefined;
  /** Puts the focus into the composer when the conversation opens; by default it stays where it is. */
  focusOnOpen?: boolean | undefined;
  onBack?: (() => void) | undefined;
  showBackButton?: boolean | undefined;
}

/** An open conversation: header, messages, composer. Fills the element that it stands in. */
export function ChatMessages(props: ChatMessagesProps) {
  // Everything in here belongs to one conversation: another one begins anew.
  return (
    <ChatScope>
      <WithDetails key={props.conversationId} {...props} />
    </ChatScope>
  );
}

/** From this width, px, the details of a group stand beside the messages; below they lie over them. */
const PANEL_FROM = 800;

/** Shows the details of a group by itself where the host does not. */
function WithDetails(props: ChatMessagesProps) {
  const [ref, width] = useContainerWidth();
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  const toggle = useCallback(() => setOpen((now) => !now), []);
  return (
    <div ref={ref} className="uc:flex uc:h-full uc:min-h-0 uc:min-w-0">
      <OpenConversation {...props} onHeaderClick={props.onHeaderClick ?? toggle} />
      {isOpen && (
        <Deferred
          of={GroupDetails}
          conversationId={props.conversationId}
          onLeft={props.onBack}
          shape={width >= PANEL_FROM ? "panel" : "sheet"}
          onClose={close}
          onUnavailable={close}
        />
      )}
    </div>
  );
}

function OpenConversation(props: ChatMessagesProps) {
  const { conversationId, onHeaderClick, onBack, showBackButton = onBack !== undefined } = props;
  const me = useMyId();
  const { data } = useConversation(conversationId);
  const conversation = data ?? props.conversation;
  const { log, handle, send, markRead } = useConversationLog(conversationId);
  const participants = useMembers(conversation);
  const face = useFaces(conversation, log.messages);
  const nameOf = useCallback((id: UserId) => face(id).name, [face]);
  const [isSearching, setSearching] = useState(false);
  const root = useRef<HTMLElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const pane = useRef<PaneControls | null>(null);
  useKeyboardInset(root);
  usePreloaded(PARTS);
  useWantedJump(props.jump, log.status === "ready", pane);
  useLastMessage(conversationId, log, me, props.onLastMessageUpdate);
  const focusComposer = useCallback(() => composer.current?.focus(), []);
  useFocusOnOpen(props.focusOnOpen, focusComposer);
  const isGroup = conversation?.type === "group";
  const isAdmin = participants.some(({ user_id, role }) => user_id === me && role === "admin");
  return (
    <section
      ref={root}
      className="uc:relative uc:flex uc:h-full uc:max-h-dvh uc:flex-1 uc:min-h-0 uc:min-w-0 uc:flex-col uc:overflow-hidden"
    >
      <OpenHeader
        conversation={conversation}
        typing={log.typing}
        nameOf={nameOf}
        memberCount={participants.length}
        isOffline={useIsOffline()}
        onBack={showBackButton ? onBack : undefined}
        onDetails={isGroup ? onHeaderClick : undefined}
        onLeft={onBack}
        onSearch={() => setSearching(true)}
      />
      {isSearching && (
        <Deferred
          of={MessageSearch}
          conversationId={conversationId}
          nameOf={nameOf}
          onJump={(seq) => pane.current?.jump(seq)}
          onClose={() => setSearching(false)}
          onUnavailable={() => setSearching(false)}
        />
      )}
      {log.status === "ready" && (
        <PinnedBar
          conversationId={conversationId}
          nameOf={nameOf}
          onJump={(seq) => pane.current?.jump(seq)}
        />
      )}
      <MessagePane
        {...{ conversationId, conversation, me, log, handle, markRead, face, focusComposer }}
        controls={pane}
        canPin={!isGroup || isAdmin}
        onBack={onBack}
      />
      {log.status !== "gone" && (
        <ConversationComposer
          ref={composer}
          {...{ conversationId, me, participants, nameOf, send }}
          onEditLast={() => pane.current?.editLast()}
        />
      )}
    </section>
  );
}

/** Once, when the conversation opens; whoever goes on elsewhere is left there. */
function useFocusOnOpen(isWanted = false, focus: () => void): void {
  const wanted = useRef(isWanted);
  useEffect(() => {
    if (wanted.current) focus();
  }, [focus]);
}

/** Leads to the message that the host names, as soon as the conversation is there. */
function useWantedJump(
  jump: ChatMessagesProps["jump"],
  isReady: boolean,
  pane: RefObject<PaneControls | null>,
): void {
  const done = useRef<ChatMessagesProps["jump"]>(null);
  useEffect(() => {
    if (!jump || !isReady || done.current === jump) return;
    done.current = jump;
    pane.current?.jump(jump.seq);
  }, [jump, isReady, pane]);
}

const NOBODY: readonly Participant[] = [];

/** Who is in a conversation: what came with it, else the list of its own. */
function useMembers(conversation: Conversation | undefined): readonly Participant[] {
  const isCut = conversation !== undefined && !conversation.participants;
  const { data } = useParticipants(isCut ? conversation.id : null);
  return useMemo(
    () => conversation?.participants ?? data ?? conversation?.participants_head ?? NOBODY,
    [conversation, data],
  );
}

/** Whether the socket is down; the first attempt to open it does not count. */
function useIsOffline(): boolean {
  const { state } = useConnection();
  if (state.name === "connecting") return state.attempt > 1;
  return state.name === "waiting" || state.name === "offline" || state.name === "signed-out";
}

/** Tells the host of each new last message. */
function useLastMessage(
  id: ConversationId,
  log: LogSnapshot,
  me: UserId | null,
  tell: ChatMessagesProps["onLastMessageUpdate"],
): void {
  const told = useRef<string | null>(null);
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    const head = log.hasNewer ? null : lastOf(log, me);
    if (head === null || head.id === told.current) return;
    // What is there when the conversation opens is no news.
    const isNews = told.current !== null;
    told.current = head.id;
    if (isNews) latest.current?.(id, head);
  }, [id, log, me]);
}

function lastOf({ messages, pending }: LogSnapshot, me: UserId | null): MessageHead | null {
  const own = pending.at(-1);
  if (own !== undefined && me !== null) {
    return {
      id: own.clientId,
      sender_id: me,
      text: own.text,
      created_at: new Date(own.createdAt).toISOString(),
    };
  }
  const last = messages.at(-1);
  if (last === undefined) return null;
  return { id: last.id, sender_id: last.sender_id, text: last.text ?? null, created_at: last.created_at };
}
