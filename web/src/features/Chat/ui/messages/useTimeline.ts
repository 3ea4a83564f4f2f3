import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ConversationHandle, LogSnapshot } from "../../lib/realtime/types.ts";
import type { Conversation, MessageId, Seq, UserId } from "../../lib/types.ts";
import { buildTimeline, firstUnread, keepEqual, type Row } from "./timeline.ts";

/** The rows of a log; those about which nothing has changed stay the same objects. */
export function useTimeline(
  log: LogSnapshot,
  me: UserId | null,
  unreadFrom: MessageId | null,
): readonly Row[] {
  const before = useRef<readonly Row[]>([]);
  const { messages, pending } = log;
  return useMemo(() => {
    const rows = keepEqual(before.current, buildTimeline({ messages, pending, me, unreadFrom }));
    before.current = rows;
    return rows;
  }, [messages, pending, me, unreadFrom]);
}

/** Above which message "new messages" stands: where the user had read up to when the log was first here. It stays
 * there for as long as the conversation is open. `undefined` until that is known. What is unread may begin before the
 * newest page: then what stands around its beginning is shown. `listed` is the conversation as the list has it, which
 * may know before the log does. */
export function useUnreadMark(
  log: LogSnapshot,
  me: UserId | null,
  handle: ConversationHandle | null,
  listed: Conversation | undefined,
): MessageId | null | undefined {
  const [mark, setMark] = useState<MessageId | null | undefined>(undefined);
  const [jump, setJump] = useState<"none" | "under way" | "done">("none");
  const readUpTo = me === null ? undefined : further(log.reads.get(me), listed?.my?.last_read_seq);
  useLayoutEffect(() => {
    if (mark !== undefined || log.status !== "ready" || readUpTo === undefined || jump === "under way")
      return;
    const first = log.messages[0];
    const isFar = first !== undefined && log.hasOlder && first.seq > readUpTo + 1;
    if (isFar && jump === "none" && handle !== null) {
      setJump("under way");
      void handle.jumpTo(readUpTo + 1).finally(() => setJump("done"));
      return;
    }
    setMark(firstUnread(log.messages, me, readUpTo));
  }, [mark, log, me, readUpTo, jump, handle]);
  return mark;
}

/** A mark never goes back: of two the further one is the newer. */
function further(one: Seq | undefined, other: Seq | undefined): Seq | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
