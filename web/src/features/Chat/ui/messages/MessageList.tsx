import { useVirtualizer, type VirtualItem, type Virtualizer } from "@tanstack/react-virtual";
import { memo, type Ref, useCallback, useImperativeHandle, useLayoutEffect, useMemo, useRef } from "react";
import type { MessageId, Seq } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { cn } from "../kit/cn.ts";
import { Spinner } from "../kit/Spinner.tsx";
import { FloatingDate } from "./FloatingDate.tsx";
import { RowView } from "./RowView.tsx";
import { ToEnd } from "./ToEnd.tsx";
import type { Row } from "./timeline.ts";
import { HEAD, useAnchor, useReading } from "./useAnchor.ts";
import { useEdges } from "./useEdges.ts";
import { useRoving } from "./useRoving.ts";

/** Height of a row that was never drawn, px: about two lines of text. */
const ROW_ESTIMATE = 64;
/** Rows that are drawn beyond either edge of the view. */
const OVERSCAN = 8;
/** So near the end, px, the list is "at its end" and follows what comes. */
const END_THRESHOLD = 80;

export interface MessageListProps {
  rows: readonly Row[];
  label: string;
  today: number;
  /** Where others have read up to. */
  readUpTo: Seq;
  editing: MessageId | null;
  /** The row of this key stands out, after a jump to it. */
  highlighted: string | null;
  hasOlder: boolean;
  hasNewer: boolean;
  isLoadingOlder: boolean;
  onLoadOlder: () => void;
  onLoadNewer: () => void;
  /** The newest row that is in view, and whether the end is. */
  onSeen: (row: Row, isAtEnd: boolean) => void;
  /** Enter or the menu key on a row. */
  onMenu: (key: string, anchor: Element) => void;
  /** Messages below that were never in view. */
  newCount: number;
  onToEnd: () => void;
  ref?: Ref<MessageListHandle>;
}

/** What the screen asks the list to do. */
export interface MessageListHandle {
  /** Shows a row in the middle; `false` when it is not loaded. */
  showRow(key: string, align?: "center" | "start"): boolean;
  showEnd(): void;
}

/** The messages, drawn as far as they are in view. What is being read never moves: the list holds on to the first
 * row in view by its key whatever is put in or grows above it, and to the end while the end is in view. */
export const MessageList = memo(function MessageList(props: MessageListProps) {
  const { rows, label, hasOlder, hasNewer, isLoadingOlder, newCount, onToEnd, today } = props;
  const { t } = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const roving = useRoving(rows, scroller, props.onMenu);
  const virtualizer = useAnchoredVirtualizer(props, scroller, roving.activeIndex);
  roving.reveal.current = (index) => virtualizer.scrollToIndex(index, { align: "auto" });
  useHandle(props.ref, rows, virtualizer);
  // First of all: what is in view is worked out by it, and an edge of the rows before would ask for a page too many.
  const items = virtualizer.getVirtualItems();
  const { isAtEnd, first } = useEdges(props, virtualizer);
  useFollowAbovePending(rows, isAtEnd && !hasNewer, virtualizer);
  return (
    <div className="uc:relative uc:flex uc:min-h-0 uc:flex-1 uc:flex-col">
      <FloatingDate rows={rows} first={first} today={today} isScrolling={virtualizer.isScrolling} />
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={label}
        aria-busy={isLoadingOlder}
        onKeyDown={roving.onKeyDown}
        onFocus={roving.onFocus}
        className="uc:min-h-0 uc:flex-1 uc:overflow-x-hidden uc:overflow-y-auto uc:overscroll-contain uc:[overflow-anchor:none]"
      >
        <div ref={virtualizer.containerRef} className="uc:relative uc:w-full">
          {isLoadingOlder && (
            <div className="uc:absolute uc:inset-x-0 uc:top-2 uc:flex uc:justify-center">
              <Spinner label={t("messages.loading")} />
            </div>
          )}
          {!hasOlder && rows.length > 0 && (
            <p className="uc:absolute uc:inset-x-0 uc:top-3 uc:text-center uc:text-xs uc:text-muted-foreground">
              {t("messages.beginning")}
            </p>
          )}
          {items.map((item) => (
            <Placed
              key={item.key}
              item={item}
              list={props}
              virtualizer={virtualizer}
              activeKey={roving.activeKey}
            />
          ))}
        </div>
      </div>
      {(!isAtEnd || props.hasNewer) && rows.length > 0 && <ToEnd count={newCount} onPress={onToEnd} />}
    </div>
  );
});

interface PlacedProps {
  item: VirtualItem;
  list: MessageListProps;
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>;
  activeKey: string | null;
}

/** A row in its place, which the virtualizer sets. */
function Placed({ item, list, virtualizer, activeKey }: PlacedProps) {
  const row = list.rows[item.index];
  if (row === undefined) return null;
  const isMessage = row.kind === "message";
  return (
    <div
      ref={virtualizer.measureElement}
      data-index={item.index}
      className={cn("uc:absolute uc:inset-x-0 uc:top-0 uc:px-3")}
    >
      <RowView
        row={row}
        today={list.today}
        isRead={isMessage && row.message.seq <= list.readUpTo}
        isActive={row.key === activeKey}
        isHighlighted={row.key === list.highlighted}
        isEditing={isMessage && row.message.id === list.editing}
      />
    </div>
  );
}

/** The virtualizer with the rules of what may move the view. */
function useAnchoredVirtualizer(
  list: MessageListProps,
  scroller: { readonly current: HTMLDivElement | null },
  activeIndex: number,
) {
  const { rows, hasNewer } = list;
  // A page that was asked for by scrolling down is no news: following it would run through the whole history.
  const hadNewer = useRef(hasNewer);
  const isFollowing = !hasNewer && !hadNewer.current;
  useLayoutEffect(() => {
    hadNewer.current = hasNewer;
  }, [hasNewer]);
  const known = useRef<Virtualizer<HTMLDivElement, HTMLDivElement>>(null);
  const reading = useReading(rows, known.current);
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_ESTIMATE,
    getItemKey,
    overscan: OVERSCAN,
    paddingStart: HEAD,
    paddingEnd: 12,
    anchorTo: "end",
    followOnAppend: isFollowing,
    scrollEndThreshold: END_THRESHOLD,
    directDomUpdates: true,
    rangeExtractor: useCallback(
      ({ startIndex, endIndex, overscan, count }) => {
        const from = Math.max(0, startIndex - overscan);
        const to = Math.min(count - 1, endIndex + overscan);
        const shown = Array.from({ length: to - from + 1 }, (_, at) => from + at);
        // The row with the focus stays, wherever it is: the keyboard goes on from there.
        if (activeIndex >= 0 && activeIndex < from) shown.unshift(activeIndex);
        if (activeIndex > to && activeIndex < count) shown.push(activeIndex);
        return shown;
      },
      [activeIndex],
    ),
  });
  known.current = virtualizer;
  useAnchor(rows, virtualizer, reading);
  return virtualizer;
}

/** What others say goes in above an own message that is on its way. The last row stays the last one then, which the
 * virtualizer takes for no news. */
function useFollowAbovePending(
  rows: readonly Row[],
  isFollowing: boolean,
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>,
): void {
  const before = useRef(rows);
  useLayoutEffect(() => {
    const { length } = before.current;
    const isAbove = rows.length > length && rows.at(-1)?.key === before.current.at(-1)?.key;
    const isNews = isAbove && rows[0]?.key === before.current[0]?.key;
    before.current = rows;
    if (isFollowing && isNews) virtualizer.scrollToEnd();
  }, [rows, isFollowing, virtualizer]);
}

function useHandle(
  ref: Ref<MessageListHandle> | undefined,
  rows: readonly Row[],
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>,
): void {
  const indices = useMemo(() => new Map(rows.map((row, index) => [row.key, index])), [rows]);
  useImperativeHandle(
    ref,
    () => ({
      showRow(key, align = "center") {
        const index = indices.get(key);
        if (index === undefined) return false;
        virtualizer.scrollToIndex(index, { align });
        return true;
      },
      showEnd: () => virtualizer.scrollToEnd(),
    }),
    [indices, virtualizer],
  );
}
