import {
  Bell,
  BellOff,
  EllipsisVertical,
  EyeOff,
  LogOut,
  Mail,
  MailOpen,
  Pin,
  PinOff,
  Trash2,
} from "lucide-react";
import type { Conversation } from "../../lib/types.ts";
import { isMuted, useMyState } from "../../model/conversations/myState.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Menu, MenuItem } from "../kit/Menu.tsx";
import { showToast } from "../toast/toast.ts";
import { MUTE_CHOICES, mutedUntil } from "./mute.ts";
import { isUnread } from "./rows.ts";

/** What is asked about before it is done. */
export type Parting = "delete" | "leave";

export interface RowMenuProps {
  conversation: Conversation;
  title: string;
  canDelete: boolean;
  onPart: (how: Parting) => void;
}

/** The menu of a row; loaded when somebody asks for one, and open at once. */
export default function RowMenu({ conversation, title, canDelete, onPart }: RowMenuProps) {
  const { t } = useText();
  const my = useMyState(conversation.id);
  const change = (done: Promise<void>) => {
    done.catch(() => showToast("error", t("list.changeFailed")));
  };
  const pinned = conversation.my?.is_pinned === true;
  const trigger = (
    <Button variant="ghost" size="icon-sm" aria-label={t("list.actions", { title })}>
      <EllipsisVertical aria-hidden="true" />
    </Button>
  );
  return (
    <Menu trigger={trigger} defaultOpen>
      <MenuItem onSelect={() => change(my.pin(!pinned))}>
        {pinned ? <PinOff aria-hidden="true" /> : <Pin aria-hidden="true" />}
        {t(pinned ? "list.unpin" : "list.pin")}
      </MenuItem>
      {isUnread(conversation) ? (
        <MenuItem onSelect={() => change(my.markRead())}>
          <MailOpen aria-hidden="true" />
          {t("list.markRead")}
        </MenuItem>
      ) : (
        <MenuItem onSelect={() => change(my.markUnread())}>
          <Mail aria-hidden="true" />
          {t("list.markUnread")}
        </MenuItem>
      )}
      <MuteItems conversation={conversation} onMute={(until) => change(my.mute(until))} />
      <MenuItem onSelect={() => change(my.hide(true))}>
        <EyeOff aria-hidden="true" />
        {t("list.hide")}
      </MenuItem>
      {conversation.type === "group" && (
        <MenuItem isDanger onSelect={() => onPart("leave")}>
          <LogOut aria-hidden="true" className="uc:rtl:-scale-x-100" />
          {t("list.leave")}
        </MenuItem>
      )}
      {canDelete && (
        <MenuItem isDanger onSelect={() => onPart("delete")}>
          <Trash2 aria-hidden="true" />
          {t("list.delete")}
        </MenuItem>
      )}
    </Menu>
  );
}

interface MuteItemsProps {
  conversation: Conversation;
  onMute: (until: string | null) => void;
}

function MuteItems({ conversation, onMute }: MuteItemsProps) {
  const { t } = useText();
  if (isMuted(conversation.my, Date.now())) {
    return (
      <MenuItem onSelect={() => onMute(null)}>
        <Bell aria-hidden="true" />
        {t("list.unmute")}
      </MenuItem>
    );
  }
  return MUTE_CHOICES.map((choice) => (
    <MenuItem key={choice} onSelect={() => onMute(mutedUntil(choice, new Date()).toISOString())}>
      <BellOff aria-hidden="true" />
      {t(`list.${choice}`)}
    </MenuItem>
  ));
}
