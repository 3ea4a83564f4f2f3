import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { ConversationHandle } from "../../lib/realtime/types.ts";
import type { Seq } from "../../lib/types.ts";
import type { MessageListHandle } from "./MessageList.tsx";
import type { Row } from "./timeline.ts";

/** For how long a message stands out after a jump to it, ms. */
const HIGHLIGHT_TIME = 2000;

/** Leads to a message, loading what stands around it first when it is not here. */
export function useJump(
  rows: readonly Row[],
  list: RefObject<MessageListHandle | null>,
  handle: ConversationHandle | null,
) {
  const [highlighted, setHighlighted] = useState<string | null>(null);
  const wanted = useRef<Seq | null>(null);
  const latest = useRef(rows);
  latest.current = rows;

  const show = useCallback(
    (seq: Seq): boolean => {
      const row = latest.current.find((one) => one.kind === "message" && one.message.seq === seq);
      if (row === undefined || list.current?.showRow(row.key) !== true) return false;
      setHighlighted(row.key);
      return true;
    },
    [list],
  );

  const jump = useCallback(
    (seq: Seq) => {
      if (show(seq) || handle === null) return;
      wanted.current = seq;
      void handle.jumpTo(seq);
    },
    [show, handle],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are what is waited for
  useEffect(() => {
    if (wanted.current !== null && show(wanted.current)) wanted.current = null;
  }, [rows, show]);

  useEffect(() => {
    if (highlighted === null) return;
    const timer = setTimeout(() => setHighlighted(null), HIGHLIGHT_TIME);
    return () => clearTimeout(timer);
  }, [highlighted]);

  return { jump, highlighted };
}
