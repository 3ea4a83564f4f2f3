import { Bell, Gavel, type LucideIcon, MessageSquare, Package, ShieldAlert, Wallet, X } from "lucide-react";
import { relativeTime } from "../../lib/format/dates.ts";
import type { Notification } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { type Subject, subjectOf, titleOf } from "./entry.ts";

const ICONS: Record<Subject, LucideIcon> = {
  order: Package,
  claim: ShieldAlert,
  message: MessageSquare,
  balance: Wallet,
  bid: Gavel,
  system: Bell,
};

export interface NotificationItemProps {
  entry: Notification;
  onOpen: () => void;
  onDelete: () => void;
}

/** One notification: what kind, what, when, and whether it is unread. */
export function NotificationItem({ entry, onOpen, onDelete }: NotificationItemProps) {
  const { t, locale } = useText();
  const title = titleOf(entry, t, locale);
  const Icon = ICONS[subjectOf(entry)];
  return (
    <li className="uc:group uc:relative uc:flex uc:items-start uc:border-b uc:hover:bg-muted">
      <button
        type="button"
        onClick={onOpen}
        className="uc:flex uc:min-w-0 uc:flex-1 uc:items-start uc:gap-3 uc:px-4 uc:py-3 uc:text-start uc:-outline-offset-2"
      >
        <span
          aria-hidden="true"
          className="uc:mt-0.5 uc:flex uc:size-9 uc:shrink-0 uc:items-center uc:justify-center uc:rounded-full uc:bg-accent uc:text-primary"
        >
          <Icon className="uc:size-4" />
        </span>
        <span className="uc:flex uc:min-w-0 uc:flex-1 uc:flex-col">
          <span className="uc:flex uc:items-center uc:gap-2">
            <span dir="auto" className="uc:min-w-0 uc:truncate uc:font-medium">
              {title}
            </span>
            {!entry.is_read && (
              <span className="uc:size-2 uc:shrink-0 uc:rounded-full uc:bg-primary">
                <span className="uc:sr-only">{t("notifications.unread")}</span>
              </span>
            )}
          </span>
          <span dir="auto" className="uc:line-clamp-2 uc:text-sm uc:text-muted-foreground">
            {entry.message}
          </span>
          <span className="uc:text-xs uc:text-muted-foreground">
            {relativeTime(entry.created_at, new Date(), locale)}
          </span>
        </span>
      </button>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={t("notifications.delete", { title })}
        onClick={onDelete}
        className="uc:m-2 uc:opacity-0 uc:group-focus-within:opacity-100 uc:group-hover:opacity-100 uc:pointer-coarse:opacity-100"
      >
        <X aria-hidden="true" />
      </Button>
    </li>
  );
}
