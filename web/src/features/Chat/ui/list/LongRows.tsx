import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useImperativeHandle } from "react";
import type { Conversation } from "../../lib/types.ts";
import { ROW_HEIGHT } from "./ConversationRow.tsx";

/** Rows drawn beyond the visible ones, on each side. */
const OVERSCAN = 8;

/** Brings a row that is not drawn into view. */
export interface Revealer {
  reveal(index: number): void;
}

export interface LongRowsProps {
  box: RefObject<HTMLElement | null>;
  rows: readonly Conversation[];
  renderRow: (row: Conversation) => ReactNode;
  revealer: RefObject<Revealer | null>;
}

/** The rows of a long list: only those in view are in the page. Loaded with the first long list. */
export default function LongRows({ box, rows, renderRow, revealer }: LongRowsProps) {
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  useImperativeHandle(revealer, () => ({ reveal: (index) => virtualizer.scrollToIndex(index) }), [
    virtualizer,
  ]);
  return (
    <>
      {/* Gives the list its whole height; the rows themselves are placed over it. */}
      <li aria-hidden="true" style={{ height: virtualizer.getTotalSize() }} />
      {virtualizer.getVirtualItems().map(({ index, start }) => {
        const row = rows[index];
        if (row === undefined) return null;
        return (
          <li
            key={row.id}
            aria-setsize={rows.length}
            aria-posinset={index + 1}
            className="uc:absolute uc:inset-x-0 uc:top-0"
            style={{ transform: `translateY(${start}px)` }}
          >
            {renderRow(row)}
          </li>
        );
      })}
    </>
  );
}
