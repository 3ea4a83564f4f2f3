import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import type { Row } from "./timeline.ts";

/** So many rows before the edge of what is loaded, more is asked for. */
const LOAD_AHEAD = 20;

export interface EdgesInput {
  rows: readonly Row[];
  hasOlder: boolean;
  hasNewer: boolean;
  onLoadOlder: () => void;
  onLoadNewer: () => void;
  onSeen: (row: Row, isAtEnd: boolean) => void;
}

/** Watches what is in view: loads on before an edge is reached, tells what has been seen and whether the end is. */
export function useEdges(list: EdgesInput, virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>) {
  const { rows, hasOlder, hasNewer, onLoadOlder, onLoadNewer, onSeen } = list;
  const [isAtEnd, setAtEnd] = useState(true);
  const isSettled = useSettled(rows.length > 0);
  const first = virtualizer.range?.startIndex ?? 0;
  const last = virtualizer.range?.endIndex ?? rows.length - 1;
  const lastRow = rows[Math.min(last, rows.length - 1)];

  useEffect(() => {
    if (!isSettled) return;
    if (hasOlder && first < LOAD_AHEAD) onLoadOlder();
    if (hasNewer && last >= rows.length - LOAD_AHEAD) onLoadNewer();
  }, [isSettled, first, last, rows.length, hasOlder, hasNewer, onLoadOlder, onLoadNewer]);

  useEffect(() => {
    const element = virtualizer.scrollElement;
    if (element === null || lastRow === undefined) return;
    const look = () => {
      const atEnd = virtualizer.isAtEnd();
      setAtEnd(atEnd);
      // Without a height, as in a hidden tab of the host, nothing is in view.
      if (virtualizer.range !== null) onSeen(lastRow, atEnd);
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [virtualizer, lastRow, onSeen]);

  usePlaceKept(virtualizer, isAtEnd);
  return { isAtEnd, first };
}

/**
 * Keeps what is read where it is while the room for the list changes. At the end, that is the end: the composer grows,
 * a keyboard comes up. Elsewhere, what comes or goes above the list (a pinned message, a banner of the host) pushes nothing down.
 */
function usePlaceKept(virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>, isAtEnd: boolean): void {
  const wasAtEnd = useRef(isAtEnd);
  useEffect(() => {
    wasAtEnd.current = isAtEnd;
  }, [isAtEnd]);
  const element = virtualizer.scrollElement;
  useEffect(() => {
    if (element === null) return;
    let top = topInChat(element);
    const watch = new ResizeObserver(() => {
      const moved = topInChat(element) - top;
      top += moved;
      if (wasAtEnd.current) virtualizer.scrollToEnd();
      else if (moved !== 0) element.scrollTop += moved;
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [element, virtualizer]);
}

/** Where the list begins, px below the top of the chat: the page may scroll, and moves both. */
function topInChat(element: Element): number {
  const chat = element.closest(".unet-chat")?.getBoundingClientRect().top ?? 0;
  return element.getBoundingClientRect().top - chat;
}

/** Whether the first rows have been drawn and scrolled to their end: before that, the top is in view by accident. */
function useSettled(hasRows: boolean): boolean {
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setSettled(hasRows));
    return () => cancelAnimationFrame(frame);
  }, [hasRows]);
  return isSettled && hasRows;
}
