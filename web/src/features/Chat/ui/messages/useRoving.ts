import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { Row } from "./timeline.ts";

/** Rows that Page Up and Page Down go over. */
const PAGE = 10;

/** One tab stop for the whole list; arrows, Home, End and the page keys go from message to message. */
export function useRoving(
  rows: readonly Row[],
  scroller: RefObject<HTMLDivElement | null>,
  onMenu: (key: string, anchor: Element) => void,
) {
  const [chosen, setChosen] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);
  const reveal = useRef<(index: number) => void>(() => undefined);
  const found = chosen === null ? -1 : rows.findIndex((row) => row.key === chosen);
  const activeIndex = found === -1 ? rows.length - 1 : found;

  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const row = rowElement(scroller.current, wanted.current);
    if (row === null) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const row = event.target instanceof HTMLElement ? event.target : null;
      if (row?.dataset.row === undefined) {
        if (event.key === "Escape") closestRow(event.target)?.focus();
        return;
      }
      if (isMenuKey(event)) {
        event.preventDefault();
        onMenu(row.dataset.row, row.querySelector("[data-buttons]") ?? row);
        return;
      }
      const next = target(event.key, activeIndex, rows.length);
      const to = next === null ? undefined : rows[next];
      if (next === null || to === undefined) return;
      event.preventDefault();
      wanted.current = to.key;
      setChosen(to.key);
      reveal.current(next);
    },
    [activeIndex, rows, onMenu],
  );

  const onFocus = useCallback((event: FocusEvent<HTMLElement>) => {
    const key = closestRow(event.target)?.dataset.row;
    if (key !== undefined) setChosen(key);
  }, []);

  return { activeIndex, activeKey: rows[activeIndex]?.key ?? null, onKeyDown, onFocus, reveal };
}

function isMenuKey(event: KeyboardEvent): boolean {
  return event.key === "Enter" || event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
}

/** Where a key leads from row `from`; `null` when it leads nowhere. */
export function target(key: string, from: number, count: number): number | null {
  const last = count - 1;
  const to: Record<string, number> = {
    ArrowUp: from - 1,
    ArrowDown: from + 1,
    Home: 0,
    End: last,
    PageUp: from - PAGE,
    PageDown: from + PAGE,
  };
  const next = to[key];
  return next === undefined || last < 0 ? null : Math.min(Math.max(next, 0), last);
}

function closestRow(target: EventTarget): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
}

function rowElement(list: HTMLElement | null, key: string): HTMLElement | null {
  return list?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`) ?? null;
}
