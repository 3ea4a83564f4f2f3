import { BellOff, Pin, Users } from "lucide-react";
import type { ReactNode } from "react";
import { initials } from "../../lib/format/names.ts";
import type { Conversation } from "../../lib/types.ts";
import { isMuted } from "../../model/conversations/myState.ts";
import { useText } from "../../model/useText.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { CountBadge } from "../kit/Badge.tsx";
import { cn } from "../kit/cn.ts";

/** The height of a row in CSS px: fixed, so that a long list knows where everything is. */
export const ROW_HEIGHT = 68;

export interface ConversationRowProps {
  conversation: Conversation;
  title: string;
  /** The second line, see `preview`. */
  preview: ReactNode;
  /** When something was said last, in words. */
  time: string;
  isOnline?: boolean | undefined;
  isSelected: boolean;
  /** Whether Tab stops here: on one row of the list only. */
  isTabStop: boolean;
  onSelect: () => void;
  onFocus: () => void;
  /** The buttons that appear over the row. */
  actions?: ReactNode;
}

/** One conversation of the list. */
export function ConversationRow(props: ConversationRowProps) {
  const { conversation, title, preview, time, isSelected } = props;
  return (
    <div
      className={cn(
        "uc:group uc:relative uc:flex uc:h-[68px] uc:items-center uc:px-1",
        isSelected ? "uc:bg-accent" : "uc:hover:bg-muted",
      )}
    >
      <button
        type="button"
        data-row={conversation.id}
        aria-current={isSelected ? "true" : undefined}
        tabIndex={props.isTabStop ? 0 : -1}
        onClick={props.onSelect}
        onFocus={props.onFocus}
        className="uc:flex uc:h-full uc:min-w-0 uc:flex-1 uc:items-center uc:gap-3 uc:rounded-md uc:px-2 uc:text-start uc:-outline-offset-2"
      >
        <RowAvatar conversation={conversation} title={title} isOnline={props.isOnline} />
        <span className="uc:flex uc:min-w-0 uc:flex-1 uc:flex-col uc:gap-0.5">
          <span className="uc:flex uc:items-baseline uc:gap-2">
            <span dir="auto" className="uc:min-w-0 uc:flex-1 uc:truncate uc:font-medium">
              {title}
            </span>
            <span className="uc:shrink-0 uc:text-xs uc:text-muted-foreground">{time}</span>
          </span>
          <span className="uc:flex uc:h-5 uc:items-center uc:gap-1.5">
            <span dir="auto" className="uc:min-w-0 uc:flex-1 uc:truncate uc:text-sm uc:text-muted-foreground">
              {preview}
            </span>
            <RowMarks conversation={conversation} />
          </span>
        </span>
      </button>
      {props.actions !== undefined && (
        <div className="uc:absolute uc:end-2 uc:top-1.5 uc:flex uc:gap-0.5 uc:rounded-md uc:bg-background uc:opacity-0 uc:shadow-sm uc:group-focus-within:opacity-100 uc:group-hover:opacity-100 uc:has-[[aria-expanded=true]]:opacity-100 uc:has-[[role=status]]:opacity-100 uc:pointer-coarse:static uc:pointer-coarse:bg-transparent uc:pointer-coarse:opacity-100 uc:pointer-coarse:shadow-none">
          {props.actions}
        </div>
      )}
    </div>
  );
}

function RowAvatar(props: { conversation: Conversation; title: string; isOnline?: boolean | undefined }) {
  const { conversation, title, isOnline } = props;
  if (conversation.type === "group") {
    return (
      <span
        aria-hidden="true"
        className="uc:flex uc:size-10 uc:shrink-0 uc:items-center uc:justify-center uc:rounded-full uc:bg-primary uc:text-primary-foreground"
      >
        <Users className="uc:size-5" />
      </span>
    );
  }
  const other = conversation.other_user;
  return (
    <Avatar
      initials={initials(title)}
      seed={other?.id ?? conversation.number ?? 0}
      src={other?.avatar}
      isOnline={isOnline}
    />
  );
}

/** Pinned, muted, and what is unread; each said in words too. */
function RowMarks({ conversation }: { conversation: Conversation }) {
  const { t } = useText();
  const unread = conversation.unread_count ?? 0;
  const muted = isMuted(conversation.my, Date.now());
  return (
    <>
      {conversation.my?.is_pinned === true && (
        <Mark label={t("list.pinned")}>
          <Pin aria-hidden="true" className="uc:size-3.5" />
        </Mark>
      )}
      {muted && (
        <Mark label={t("list.muted")}>
          <BellOff aria-hidden="true" className="uc:size-3.5" />
        </Mark>
      )}
      {unread > 0 && (
        <>
          <CountBadge
            aria-hidden="true"
            count={unread}
            className={cn(muted && "uc:bg-muted-foreground uc:text-background")}
          />
          <span className="uc:sr-only">{t("list.unreadCount", { count: unread })}</span>
        </>
      )}
      {unread === 0 && conversation.my?.is_marked_unread === true && (
        <Mark label={t("list.markedUnread")}>
          <span className="uc:block uc:size-2.5 uc:rounded-full uc:bg-primary" />
        </Mark>
      )}
    </>
  );
}

function Mark({ label, children }: { label: string; children: ReactNode }) {
  return (
    <span title={label} className="uc:shrink-0 uc:text-muted-foreground">
      {children}
      <span className="uc:sr-only">{label}</span>
    </span>
  );
}
