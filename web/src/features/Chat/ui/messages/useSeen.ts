import { useCallback, useEffect, useRef, useState } from "react";
import type { Message, Seq } from "../../lib/types.ts";
import type { Row } from "./timeline.ts";

/** Follows how far the user has seen, and says that it is read while the page is looked at. */
export function useSeen(messages: readonly Message[], markRead: (seq: Seq) => void) {
  const [seen, setSeen] = useState<Seq>(0);
  const inView = useRef<Seq>(0);
  const told = useRef<Seq>(0);
  const newest = messages.at(-1)?.seq ?? 0;
  const newestRef = useRef(newest);
  newestRef.current = newest;

  const tell = useCallback(() => {
    if (inView.current <= told.current || !isLookedAt()) return;
    told.current = inView.current;
    markRead(inView.current);
  }, [markRead]);

  const onSeen = useCallback(
    (row: Row, isAtEnd: boolean) => {
      const seq = isAtEnd || row.kind === "pending" ? newestRef.current : row.message.seq;
      inView.current = Math.max(inView.current, seq);
      setSeen((before) => Math.max(before, seq));
      tell();
    },
    [tell],
  );

  useEffect(() => {
    window.addEventListener("focus", tell);
    document.addEventListener("visibilitychange", tell);
    return () => {
      window.removeEventListener("focus", tell);
      document.removeEventListener("visibilitychange", tell);
    };
  }, [tell]);

  return { seen, onSeen };
}

function isLookedAt(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}
