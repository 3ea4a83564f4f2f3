import { useState } from "react";
import type { ConversationId, Notification } from "../../lib/types.ts";
import { useNotifications } from "../../model/notifications/hooks.ts";
import { useText } from "../../model/useText.ts";
import { CountBadge } from "../kit/Badge.tsx";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Spinner } from "../kit/Spinner.tsx";
import { Tabs } from "../kit/Tabs.tsx";
import { showToast } from "../toast/toast.ts";
import { actionPath, isAboutOrders } from "./entry.ts";
import { NotificationItem } from "./NotificationItem.tsx";
import { NotificationSettings } from "./NotificationSettings.tsx";

export interface NotificationCenterProps {
  isOpen: boolean;
  onClose: () => void;
  onOpenConversation: (id: ConversationId) => void;
  /** Follows a notification to a path such as `/order/7`; without it the page goes there. */
  onOpenPath?: ((path: string) => void) | undefined;
}

type View = "all" | "orders" | "settings";

/** The window of notifications: all, those about orders, and what to be told about. */
export default function NotificationCenter(props: NotificationCenterProps) {
  const { t } = useText();
  const [view, setView] = useState<View>("all");
  const query = useNotifications(props.isOpen);
  const entries = query.data ?? [];
  const unread = entries.filter((entry) => !entry.is_read).length;
  return (
    <Dialog
      isOpen={props.isOpen}
      onClose={props.onClose}
      title={t("notifications.title")}
      titleBadge={
        <CountBadge count={unread} aria-label={t("notifications.notificationsUnread", { count: unread })} />
      }
      closeLabel={t("common.close")}
      shape="sheet"
      isFlush
    >
      <Tabs<View>
        value={view}
        onChange={setView}
        label={t("notifications.views")}
        tabs={[
          { value: "all", label: t("notifications.all", { number: entries.length }) },
          { value: "orders", label: t("notifications.orders") },
          { value: "settings", label: t("notifications.settings") },
        ]}
        className="uc:flex uc:min-h-0 uc:flex-1 uc:flex-col uc:pt-1"
      >
        {view === "settings" ? (
          <NotificationSettings />
        ) : (
          <Entries
            {...props}
            query={query}
            entries={view === "orders" ? entries.filter(isAboutOrders) : entries}
          />
        )}
      </Tabs>
    </Dialog>
  );
}

interface EntriesProps extends NotificationCenterProps {
  query: ReturnType<typeof useNotifications>;
  entries: readonly Notification[];
}

function Entries({ query, entries, onClose, onOpenConversation, onOpenPath }: EntriesProps) {
  const { t } = useText();
  const run = (done: Promise<void>) => {
    done.catch(() => showToast("error", t("notifications.changeFailed")));
  };
  function open(entry: Notification): void {
    if (!entry.is_read) run(query.markRead(entry.id));
    const path = actionPath(entry);
    if (entry.conversation_id) {
      onClose();
      onOpenConversation(entry.conversation_id);
    } else if (path !== null) {
      onClose();
      if (onOpenPath === undefined) window.location.assign(path);
      else onOpenPath(path);
    }
  }
  if (query.isLoading) return <Spinner label={t("common.loading")} className="uc:m-6 uc:self-center" />;
  if (query.isError) return <Failed onRetry={() => void query.refetch()} />;
  if (entries.length === 0) {
    return <p className="uc:p-6 uc:text-center uc:text-muted-foreground">{t("notifications.empty")}</p>;
  }
  return (
    <>
      {entries.some((entry) => !entry.is_read) && (
        <Button
          variant="ghost"
          size="sm"
          className="uc:m-2 uc:self-end"
          onClick={() => run(query.markAllRead())}
        >
          {t("notifications.markAll")}
        </Button>
      )}
      <ul className="uc:min-h-0 uc:flex-1 uc:overflow-y-auto">
        {entries.map((entry) => (
          <NotificationItem
            key={entry.id}
            entry={entry}
            onOpen={() => open(entry)}
            onDelete={() => run(query.remove(entry.id))}
          />
        ))}
      </ul>
    </>
  );
}

function Failed({ onRetry }: { onRetry: () => void }) {
  const { t } = useText();
  return (
    <div role="alert" className="uc:flex uc:flex-col uc:items-center uc:gap-3 uc:p-6 uc:text-center">
      <p>{t("notifications.failed")}</p>
      <Button variant="outline" size="sm" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </div>
  );
}
