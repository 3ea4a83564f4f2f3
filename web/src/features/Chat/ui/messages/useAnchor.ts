import type { Virtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useMemo, useRef } from "react";
import { type Row, topOf } from "./timeline.ts";

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;

/** Room above the first row, px: the spinner of what is being loaded stands there, so it moves nothing. */
export const HEAD = 40;

/** Remembers the row at the upper edge when rows are put in above it. Call it before the virtualizer hears of the rows. */
export function useReading(rows: readonly Row[], list: List | null): { readonly current: string | null } {
  const reading = useRef<string | null>(null);
  const before = useRef(rows);
  if (before.current[0]?.key !== rows[0]?.key && list !== null) {
    const index = list.getVirtualItemForOffset(list.scrollOffset ?? 0)?.index ?? -1;
    reading.current = before.current[index]?.key ?? null;
  }
  before.current = rows;
  return reading;
}

/**
 * Says which changes of height move the view along, so that what is read stays where it is.
 *
 * Rows that are put in above are estimated first, and measured one after the other. By then the row that is read may
 * have lost what stood above its message (its day, its sender), which brings an estimated row into view: it grows
 * upwards all the same. Growth above a message never moves the message; growth of the message moves what is below it.
 */
export function useAnchor(
  rows: readonly Row[],
  list: List,
  reading: { readonly current: string | null },
): void {
  const indices = useMemo(() => new Map(rows.map((row, index) => [row.key, index])), [rows]);
  const tops = useRef(new Map<string, string>());
  useLayoutEffect(() => {
    // A row that is as high as its estimate is not told of when it is measured.
    for (const { index } of list.getVirtualItems()) {
      const row = rows[index];
      if (row !== undefined && !tops.current.has(row.key)) tops.current.set(row.key, topOf(row));
    }
  });
  list.shouldAdjustScrollPositionOnItemSizeChange = (item, _delta, instance) => {
    const row = rows[item.index];
    if (row === undefined) return false;
    const now = topOf(row);
    const hasNewTop = tops.current.get(row.key) !== now;
    tops.current.set(row.key, now);
    const offset = instance.scrollOffset ?? 0;
    const isFirstMeasure = !instance.itemSizeCache.has(row.key);
    const read = readRow(indices.get(reading.current ?? ""), instance, offset);
    if (isFirstMeasure && !hasNewTop) return item.start < offset || item.index < read;
    if (hasNewTop) return item.start <= offset + HEAD || item.index <= read;
    return item.end <= offset;
  };
}

/** The index of the row that was read; -1 once it has been scrolled out of the view. */
function readRow(index: number | undefined, { measurementsCache, scrollRect }: List, offset: number): number {
  const item = index === undefined ? undefined : measurementsCache[index];
  return item !== undefined && item.start < offset + (scrollRect?.height ?? 0) ? item.index : -1;
}
