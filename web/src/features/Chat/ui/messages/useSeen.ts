import { useCallback, useEffect, useRef, useState } from "react";
import type { Message, Seq } from "../../lib/types.ts";
import type { Row } from "./timeline.ts";

/** How long what is seen waits for the reading marks before it is said to be read without them, ms. */
const MARKS_PATIENCE_MS = 3000;

/** Follows how far the user has seen, and says that it is read while the page is looked at; not before `isMarkKnown`,
 * since what is said then moves the very mark above which "new messages" is to stand. */
export function useSeen(messages: readonly Message[], markRead: (seq: Seq) => void, isMarkKnown: boolean) {
  const [seen, setSeen] = useState<Seq>(0);
  const inView = useRef<Seq>(0);
  const told = useRef<Seq>(0);
  const newest = messages.at(-1)?.seq ?? 0;
  const newestRef = useRef(newest);
  newestRef.current = newest;
  const mayTell = useKnownOrLate(isMarkKnown);

  const tell = useCallback(() => {
    if (!mayTell || inView.current <= told.current || !isLookedAt()) return;
    told.current = inView.current;
    markRead(inView.current);
  }, [markRead, mayTell]);

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
    tell();
    window.addEventListener("focus", tell);
    document.addEventListener("visibilitychange", tell);
    return () => {
      window.removeEventListener("focus", tell);
      document.removeEventListener("visibilitychange", tell);
    };
  }, [tell]);

  return { seen, onSeen };
}

/** Whether something is known, or has been waited for long enough. */
function useKnownOrLate(isKnown: boolean): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (isKnown) return undefined;
    const timer = setTimeout(() => setLate(true), MARKS_PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isKnown]);
  return isKnown || isLate;
}

function isLookedAt(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}
