import { Bell, BellOff, EllipsisVertical, EyeOff, Info, LogOut, Pin, PinOff, Search } from "lucide-react";
import type { Conversation } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Menu, MenuItem } from "../kit/Menu.tsx";
import { MUTE_CHOICES, mutedUntil } from "../list/mute.ts";

/** What can be done with the open conversation. */
export type HeaderAction =
  | { readonly type: "search" }
  | { readonly type: "details" }
  /** RFC 3339; `null`: not muted any more. */
  | { readonly type: "mute"; readonly until: string | null }
  | { readonly type: "pin"; readonly isPinned: boolean }
  | { readonly type: "hide" }
  | { readonly type: "leave" };

export interface HeaderMenuProps {
  conversation: Conversation;
  isMuted: boolean;
  isPinned: boolean;
  onAction: (action: HeaderAction) => void;
}

/** The menu of the open conversation; loaded by the press that asks for it, and open at once. */
export default function HeaderMenu({ conversation, isMuted, isPinned, onAction }: HeaderMenuProps) {
  const { t } = useText();
  const isGroup = conversation.type === "group";
  const trigger = (
    <Button variant="ghost" size="icon" aria-label={t("messages.conversationMenu")}>
      <EllipsisVertical aria-hidden="true" />
    </Button>
  );
  return (
    <Menu trigger={trigger} defaultOpen>
      <MenuItem onSelect={() => onAction({ type: "search" })}>
        <Search aria-hidden="true" />
        {t("messages.search")}
      </MenuItem>
      {isGroup && (
        <MenuItem onSelect={() => onAction({ type: "details" })}>
          <Info aria-hidden="true" />
          {t("details.title")}
        </MenuItem>
      )}
      <MuteItems isMuted={isMuted} onAction={onAction} />
      <MenuItem onSelect={() => onAction({ type: "pin", isPinned: !isPinned })}>
        {isPinned ? <PinOff aria-hidden="true" /> : <Pin aria-hidden="true" />}
        {t(isPinned ? "list.unpin" : "list.pin")}
      </MenuItem>
      <MenuItem onSelect={() => onAction({ type: "hide" })}>
        <EyeOff aria-hidden="true" />
        {t("list.hide")}
      </MenuItem>
      {isGroup && (
        <MenuItem isDanger onSelect={() => onAction({ type: "leave" })}>
          <LogOut aria-hidden="true" className="uc:rtl:-scale-x-100" />
          {t("list.leave")}
        </MenuItem>
      )}
    </Menu>
  );
}

function MuteItems({ isMuted, onAction }: Pick<HeaderMenuProps, "isMuted" | "onAction">) {
  const { t } = useText();
  if (isMuted) {
    return (
      <MenuItem onSelect={() => onAction({ type: "mute", until: null })}>
        <Bell aria-hidden="true" />
        {t("list.unmute")}
      </MenuItem>
    );
  }
  return MUTE_CHOICES.map((choice) => (
    <MenuItem
      key={choice}
      onSelect={() => onAction({ type: "mute", until: mutedUntil(choice, new Date()).toISOString() })}
    >
      <BellOff aria-hidden="true" />
      {t(`list.${choice}`)}
    </MenuItem>
  ));
}
