import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import type { Conversation, ConversationId } from "../../lib/types.ts";
import { deferred, InPlace } from "../deferred.tsx";
import { ROW_HEIGHT } from "./ConversationRow.tsx";
import type { Revealer } from "./LongRows.tsx";

const LongRows = deferred(() => import("./LongRows.tsx"));

/** Up to so many rows all are in the page, which browsers search and readers list best; longer lists are drawn in part. */
const PLAIN_UP_TO = 100;

/** How near to the end, in CSS px, the next page is asked for. */
const NEAR_END = 10 * ROW_HEIGHT;

/** What a row needs from the list. */
export interface RowPlace {
  readonly isTabStop: boolean;
  readonly onFocus: () => void;
}

export interface ConversationListProps {
  label: string;
  rows: readonly Conversation[];
  selectedId: ConversationId | null;
  renderRow: (row: Conversation, place: RowPlace) => ReactNode;
  /** Called when the end comes near; left out when everything is there. */
  onNearEnd?: (() => void) | undefined;
  /** What stands below the rows and scrolls with them. */
  children?: ReactNode;
}

/** The rows, in a box that scrolls: one Tab stop, arrow keys between rows. */
export function ConversationList(props: ConversationListProps) {
  const { label, rows, selectedId, renderRow, onNearEnd, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const revealer = useRef<Revealer>(null);
  const [focusedId, setFocusedId] = useState<ConversationId | null>(null);
  const stop = tabStop(rows, focusedId, selectedId);
  const onKeyDown = useRowKeys(box, rows, (index) => revealer.current?.reveal(index));
  const checkEnd = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END) onNearEnd?.();
  }, [onNearEnd]);
  // A page that does not fill the box is never scrolled: look after each change, too.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number of rows moves the end.
  useEffect(checkEnd, [checkEnd, rows.length]);

  const row = (conversation: Conversation) =>
    renderRow(conversation, {
      isTabStop: conversation.id === stop,
      onFocus: () => setFocusedId(conversation.id),
    });
  const plain = (some: readonly Conversation[]) =>
    some.map((conversation) => <li key={conversation.id}>{row(conversation)}</li>);
  return (
    <div
      ref={box}
      onScroll={checkEnd}
      className="uc:min-h-0 uc:flex-1 uc:overflow-y-auto uc:overscroll-contain"
    >
      <ul aria-label={label} onKeyDown={onKeyDown} className="uc:relative">
        {rows.length > PLAIN_UP_TO ? (
          <InPlace
            of={LongRows}
            fallback={plain(rows.slice(0, PLAIN_UP_TO))}
            whenFailed={(words) => [...plain(rows.slice(0, PLAIN_UP_TO)), <li key="failed">{words}</li>]}
            box={box}
            rows={rows}
            renderRow={row}
            revealer={revealer}
          />
        ) : (
          plain(rows)
        )}
      </ul>
      {children}
    </div>
  );
}

/** The row at which Tab stops: where the focus was last, else the selected one, else the first. */
function tabStop(
  rows: readonly Conversation[],
  focusedId: ConversationId | null,
  selectedId: ConversationId | null,
): ConversationId | null {
  const has = (id: ConversationId | null) => id !== null && rows.some((row) => row.id === id);
  if (has(focusedId)) return focusedId;
  return has(selectedId) ? selectedId : (rows[0]?.id ?? null);
}

/** Arrow keys, Home and End move the focus from row to row, also to rows that are not drawn yet. */
function useRowKeys(
  box: RefObject<HTMLDivElement | null>,
  rows: readonly Conversation[],
  reveal: (index: number) => void,
) {
  return (event: KeyboardEvent) => {
    const from = event.target instanceof HTMLElement ? event.target.dataset.row : undefined;
    const index = rows.findIndex((row) => row.id === from);
    const to = index === -1 ? undefined : target(event.key, index, rows.length);
    const row = to === undefined ? undefined : rows[to];
    if (to === undefined || row === undefined) return;
    event.preventDefault();
    reveal(to);
    // A row that has only now come into view is drawn with the next frame.
    requestAnimationFrame(() => {
      box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`)?.focus();
    });
  };
}

function target(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return Math.min(index + 1, count - 1);
    case "ArrowUp":
      return Math.max(index - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
