import { memo } from "react";
import { useText } from "../../model/useText.ts";
import { cn } from "../kit/cn.ts";
import { MessageItem } from "./MessageItem.tsx";
import { PendingItem } from "./PendingItem.tsx";
import { DaySeparator, UnreadDivider } from "./Separators.tsx";
import { SystemLine } from "./SystemLine.tsx";
import { useScene } from "./scene.ts";
import type { Row } from "./timeline.ts";
import { formatTime } from "./when.ts";

export interface RowViewProps {
  row: Row;
  today: number;
  isRead: boolean;
  isActive: boolean;
  isHighlighted: boolean;
  isEditing: boolean;
}

/** A row: what stands above the message, and the message, which the keyboard can go to. */
export const RowView = memo(function RowView(props: RowViewProps) {
  const { row, today, isActive, isRead, isHighlighted, isEditing } = props;
  const label = useRowLabel(row);
  const { actions } = useScene();
  return (
    <>
      {row.day !== null && <DaySeparator day={row.day} today={today} />}
      {row.isUnreadStart && <UnreadDivider />}
      <article
        data-row={row.key}
        tabIndex={isActive ? 0 : -1}
        aria-label={label}
        onContextMenu={(event) => {
          if (!hasOwnMenu(event.target)) {
            event.preventDefault();
            actions.openMenu(
              row.key,
              event.currentTarget.querySelector("[data-buttons]") ?? event.currentTarget,
            );
          }
        }}
        className={cn("uc:rounded-md", row.isGroupStart ? "uc:pt-2" : "uc:pt-0.5")}
      >
        {row.kind === "pending" ? (
          <PendingItem row={row} isActive={isActive} />
        ) : row.message.kind === "system" ? (
          <SystemLine message={row.message} />
        ) : (
          <MessageItem row={row} {...{ isRead, isActive, isHighlighted, isEditing }} />
        )}
      </article>
    </>
  );
});

/** The browser's own menu is kept where it offers more: on links and pictures, in fields, on selected text. */
function hasOwnMenu(target: EventTarget): boolean {
  const isSelecting = window.getSelection()?.isCollapsed === false;
  return (
    isSelecting || (target instanceof Element && target.closest("a, img, video, textarea, input") !== null)
  );
}

/** What a screen reader says of a row that gets the focus. */
function useRowLabel(row: Row): string {
  const { t } = useText();
  const { face, me } = useScene();
  if (row.kind === "pending") {
    return t("messages.label", {
      name: t("common.you"),
      time: formatTime(row.entry.createdAt),
      text: row.entry.text,
    });
  }
  const { message } = row;
  return t("messages.label", {
    name: message.sender_id === me ? t("common.you") : face(message.sender_id).name,
    time: formatTime(message.created_at),
    text: message.text ?? (message.attachments?.length ? t("messages.file") : t("messages.deleted")),
  });
}
