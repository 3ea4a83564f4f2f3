import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEventHandler, type ReactNode, type RefObject, useEffect } from "react";
import type { Conversation } from "../../lib/types.ts";
import { ROW_HEIGHT } from "./ConversationRow.tsx";

/** Rows drawn beyond the visible ones, on each side. */
const OVERSCAN = 8;

export interface LongRowsProps {
  label: string;
  rows: readonly Conversation[];
  /** What scrolls. */
  box: RefObject<HTMLDivElement | null>;
  /** Takes what scrolls to a row, also to one that is not drawn. */
  reveal: RefObject<(index: number) => void>;
  renderRow: (row: Conversation) => ReactNode;
  onKeyDown: KeyboardEventHandler;
}

/** The rows of a long list, those that can be seen. A module of its own, because few people have so many. */
export default function LongRows({ label, rows, box, reveal, renderRow, onKeyDown }: LongRowsProps) {
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  useEffect(() => {
    reveal.current = (index) => virtualizer.scrollToIndex(index);
    return () => {
      reveal.current = () => undefined;
    };
  }, [reveal, virtualizer]);
  return (
    <ul
      aria-label={label}
      onKeyDown={onKeyDown}
      className="uc:relative"
      style={{ height: virtualizer.getTotalSize() }}
    >
      {virtualizer.getVirtualItems().map(({ index, start }) => {
        const conversation = rows[index];
        if (conversation === undefined) return null;
        return (
          <li
            key={conversation.id}
            aria-setsize={rows.length}
            aria-posinset={index + 1}
            className="uc:absolute uc:inset-x-0 uc:top-0"
            style={{ transform: `translateY(${start}px)` }}
          >
            {renderRow(conversation)}
          </li>
        );
      })}
    </ul>
  );
}
