import { Ellipsis, Pin, SmilePlus } from "lucide-react";
import { memo } from "react";
import type { Message } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Attachments } from "./Attachments.tsx";
import { Bubble } from "./Bubble.tsx";
import { InlineEdit } from "./InlineEdit.tsx";
import { MessageText } from "./MessageText.tsx";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";
import { SenderLine, SenderPicture } from "./Sender.tsx";
import { useScene } from "./scene.ts";
import { Ticks } from "./Ticks.tsx";
import { isDeleted, type MessageRow } from "./timeline.ts";
import { formatTime } from "./when.ts";

export interface MessageItemProps {
  row: MessageRow;
  /** Somebody else has read it. */
  isRead: boolean;
  /** The row with the focus: its buttons and links are in the tab order. */
  isActive: boolean;
  isHighlighted: boolean;
  isEditing: boolean;
}

/** A message that the conversation has. */
export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { row, isActive, isHighlighted, isEditing } = props;
  const { message, isOwn } = row;
  const { isGroup, actions } = useScene();
  const isTombstone = isDeleted(message);
  const hasSender = isGroup && !isOwn;
  return (
    <div className={isOwn ? OWN_LINE : OTHER_LINE}>
      {hasSender && <SenderPicture userId={message.sender_id} isShown={row.isGroupEnd} />}
      <div className="uc:flex uc:min-w-0 uc:max-w-[min(36rem,85%)] uc:flex-col">
        <Bubble isOwn={isOwn} isGroupEnd={row.isGroupEnd} isHighlighted={isHighlighted}>
          {hasSender && row.isGroupStart && <SenderLine userId={message.sender_id} />}
          {isEditing ? (
            <InlineEdit
              text={message.text ?? ""}
              onSave={(text) => actions.saveEdit(message, text)}
              onCancel={actions.cancelEdit}
            />
          ) : (
            <MessageBody message={message} isTombstone={isTombstone} isActive={isActive} />
          )}
          <MessageFoot {...props} />
        </Bubble>
        {!isTombstone && <Reactions message={message} isActive={isActive} />}
      </div>
      {!isTombstone && !isEditing && <MessageButtons row={row} isActive={isActive} />}
    </div>
  );
});

const LINE = "uc:group uc:flex uc:items-end uc:gap-1.5";
const OWN_LINE = `${LINE} uc:flex-row uc:justify-end uc:[&>[data-buttons]]:order-first`;
const OTHER_LINE = `${LINE} uc:flex-row uc:justify-start`;

interface MessageBodyProps {
  message: Message;
  isTombstone: boolean;
  isActive: boolean;
}

function MessageBody({ message, isTombstone, isActive }: MessageBodyProps) {
  const { t } = useText();
  if (isTombstone) return <p className="uc:italic uc:opacity-70">{t("messages.deleted")}</p>;
  const { reply, attachments, text } = message;
  return (
    <>
      {reply !== undefined && reply !== null && <Quote reply={reply} isActive={isActive} />}
      {attachments !== undefined && attachments.length > 0 && (
        <Attachments attachments={attachments} isActive={isActive} />
      )}
      {text !== undefined && text !== null && text !== "" && (
        <MessageText text={text} mentions={message.mentions} isActive={isActive} />
      )}
    </>
  );
}

function MessageFoot({ row, isRead }: MessageItemProps) {
  const { t } = useText();
  const { message, isOwn } = row;
  const isTombstone = isDeleted(message);
  const isPinned = message.pinned_at !== undefined && message.pinned_at !== null;
  return (
    <div className="uc:flex uc:items-center uc:justify-end uc:gap-1 uc:text-[0.6875rem] uc:opacity-75">
      {isPinned && (
        <span role="img" aria-label={t("messages.pinned")} title={t("messages.pinned")}>
          <Pin aria-hidden="true" className="uc:size-3" />
        </span>
      )}
      {message.is_edited && !isTombstone && <span>{t("messages.edited")}</span>}
      <time dateTime={message.created_at} className="uc:tabular-nums">
        {formatTime(message.created_at)}
      </time>
      {isOwn && !isTombstone && <Ticks progress={isRead ? "read" : "sent"} />}
    </div>
  );
}

const BUTTONS =
  "uc:flex uc:shrink-0 uc:self-center uc:opacity-0 uc:group-hover:opacity-100 uc:group-focus-within:opacity-100 uc:pointer-coarse:opacity-60";

function MessageButtons({ row, isActive }: { row: MessageRow; isActive: boolean }) {
  const { t } = useText();
  const { actions } = useScene();
  const tabIndex = isActive ? 0 : -1;
  return (
    <div data-buttons="" className={BUTTONS}>
      <Button
        variant="ghost"
        size="icon-sm"
        tabIndex={tabIndex}
        aria-label={t("messages.react")}
        aria-haspopup="dialog"
        className="uc:pointer-coarse:hidden"
        onClick={(event) => actions.openEmoji(row.message, event.currentTarget)}
      >
        <SmilePlus aria-hidden="true" />
      </Button>
      <Button
        variant="ghost"
        size="icon-sm"
        tabIndex={tabIndex}
        aria-label={t("messages.menu")}
        aria-haspopup="menu"
        onClick={(event) => actions.openMenu(row.key, event.currentTarget)}
      >
        <Ellipsis aria-hidden="true" />
      </Button>
    </div>
  );
}
