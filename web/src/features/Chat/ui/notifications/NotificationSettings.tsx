import { conversationTitle } from "../../lib/format/names.ts";
import type { Conversation, NotificationSwitch } from "../../lib/types.ts";
import { useConversations } from "../../model/conversations/hooks.ts";
import { isMuted, useMyState } from "../../model/conversations/myState.ts";
import { useNotificationSettings } from "../../model/notifications/hooks.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Spinner } from "../kit/Spinner.tsx";
import { Switch } from "../kit/Switch.tsx";
import { showToast } from "../toast/toast.ts";

const SWITCHES = [
  ["orderConfirmation", "notifications.orderConfirmation"],
  ["claims", "notifications.claims"],
  ["messages", "notifications.messagesSwitch"],
  ["balanceTopUp", "notifications.balanceTopUp"],
  ["bids", "notifications.bids"],
  ["systemUpdates", "notifications.systemUpdates"],
] as const satisfies readonly (readonly [NotificationSwitch, string])[];

/** The six switches, and the conversations that are silent. */
export function NotificationSettings() {
  const { t } = useText();
  const { data, set, isError, refetch } = useNotificationSettings();
  const turn = (which: NotificationSwitch, isOn: boolean) => {
    set({ [which]: isOn }).catch(() => showToast("error", t("notifications.changeFailed")));
  };
  return (
    <div className="uc:flex uc:min-h-0 uc:flex-1 uc:flex-col uc:gap-4 uc:overflow-y-auto uc:p-4">
      <section>
        <h3 className="uc:mb-1 uc:font-semibold">{t("notifications.about")}</h3>
        {data === undefined && !isError && <Spinner label={t("common.loading")} />}
        {data === undefined && isError && (
          <p role="alert" className="uc:flex uc:items-center uc:gap-2">
            {t("notifications.failed")}
            <Button variant="outline" size="sm" onClick={() => void refetch()}>
              {t("common.retry")}
            </Button>
          </p>
        )}
        {data !== undefined &&
          SWITCHES.map(([which, label]) => (
            <Switch
              key={which}
              label={t(label)}
              checked={data[which]}
              onChange={(isOn) => turn(which, isOn)}
            />
          ))}
      </section>
      <section>
        <h3 className="uc:mb-1 uc:font-semibold">{t("notifications.mutedConversations")}</h3>
        <MutedConversations />
      </section>
    </div>
  );
}

function MutedConversations() {
  const { t } = useText();
  const { data } = useConversations();
  const muted = (data ?? []).filter((row) => isMuted(row.my, Date.now()));
  if (muted.length === 0) return <p className="uc:text-muted-foreground">{t("notifications.mutedNone")}</p>;
  return (
    <ul>
      {muted.map((row) => (
        <li key={row.id}>
          <MutedConversation row={row} />
        </li>
      ))}
    </ul>
  );
}

function MutedConversation({ row }: { row: Conversation }) {
  const { t, locale } = useText();
  const { mute } = useMyState(row.id);
  const hear = () => {
    mute(null).catch(() => showToast("error", t("notifications.changeFailed")));
  };
  return (
    <div className="uc:flex uc:items-center uc:gap-2 uc:py-1">
      <span dir="auto" className="uc:min-w-0 uc:flex-1 uc:truncate">
        {conversationTitle(row, locale)}
      </span>
      <Button variant="outline" size="sm" onClick={hear}>
        {t("list.unmute")}
      </Button>
    </div>
  );
}
