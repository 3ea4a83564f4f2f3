import { Menu } from "@base-ui/react/menu";
import { Copy, Pencil, Pin, PinOff, Reply, SmilePlus, Trash2 } from "lucide-react";
import { useRef } from "react";
import type { Message } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { MenuItem } from "../kit/Menu.tsx";
import { usePortalContainer } from "../kit/root.tsx";
import { QUICK_REACTIONS } from "./emoji.ts";
import { useScene } from "./scene.ts";

export interface MessageMenuProps {
  message: Message;
  /** Where it opens. */
  anchor: Element;
  canPin: boolean;
  onClose: () => void;
}

/** What can be done with a message. Loaded when somebody opens one; there is only one at a time. */
export default function MessageMenu({ message, anchor, canPin, onClose }: MessageMenuProps) {
  const container = usePortalContainer();
  const row = anchor.closest<HTMLElement>("[data-row]");
  // Whoever answers or changes a message goes on in a field. That begins once the menu gives the focus away: until then
  // the item that was pressed takes it back.
  const writing = useRef<(() => void) | null>(null);
  const handOver = () => {
    if (writing.current === null) return row ?? true;
    queueMicrotask(writing.current);
    return false;
  };
  return (
    <Menu.Root open onOpenChange={(isOpen) => !isOpen && onClose()} modal={false}>
      <Menu.Portal container={container}>
        <Menu.Positioner anchor={anchor} sideOffset={4} className="uc:z-50">
          <Menu.Popup
            finalFocus={handOver}
            className="uc:min-w-44 uc:rounded-md uc:border uc:border-border uc:bg-background uc:p-1 uc:shadow-lg uc:outline-none"
          >
            <QuickReactions message={message} />
            <Items
              message={message}
              anchor={row ?? anchor}
              canPin={canPin}
              onWrite={(begin) => {
                writing.current = begin;
              }}
            />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function QuickReactions({ message }: { message: Message }) {
  const { t } = useText();
  const { actions } = useScene();
  return (
    <div className="uc:mb-1 uc:flex uc:justify-between uc:border-b uc:pb-1">
      {QUICK_REACTIONS.map((emoji) => (
        <Menu.Item
          key={emoji}
          aria-label={t("messages.reactWith", { emoji })}
          onClick={() => actions.react(message, emoji)}
          className="uc:flex uc:size-8 uc:cursor-pointer uc:items-center uc:justify-center uc:rounded-sm uc:text-lg uc:outline-none uc:data-highlighted:bg-muted"
        >
          {emoji}
        </Menu.Item>
      ))}
    </div>
  );
}

interface ItemsProps {
  message: Message;
  anchor: Element;
  canPin: boolean;
  /** Takes what begins when the menu has closed and leads into a field. */
  onWrite: (begin: () => void) => void;
}

function Items({ message, anchor, canPin, onWrite }: ItemsProps) {
  const { t } = useText();
  const { actions, me } = useScene();
  const isOwn = message.sender_id === me;
  const hasText = message.text !== undefined && message.text !== null && message.text !== "";
  const isPinned = message.pinned_at !== undefined && message.pinned_at !== null;
  return (
    <>
      <MenuItem onSelect={() => actions.openEmoji(message, anchor)}>
        <SmilePlus aria-hidden="true" />
        {t("messages.react")}
      </MenuItem>
      <MenuItem onSelect={() => onWrite(() => actions.reply(message))}>
        <Reply aria-hidden="true" className="uc:rtl:-scale-x-100" />
        {t("messages.reply")}
      </MenuItem>
      {hasText && (
        <MenuItem onSelect={() => actions.copy(message.text ?? "")}>
          <Copy aria-hidden="true" />
          {t("messages.copy")}
        </MenuItem>
      )}
      {canPin && (
        <MenuItem onSelect={() => actions.pin(message)}>
          {isPinned ? <PinOff aria-hidden="true" /> : <Pin aria-hidden="true" />}
          {t(isPinned ? "messages.unpin" : "messages.pin")}
        </MenuItem>
      )}
      {isOwn && hasText && (
        <MenuItem onSelect={() => onWrite(() => actions.edit(message))}>
          <Pencil aria-hidden="true" />
          {t("messages.edit")}
        </MenuItem>
      )}
      {isOwn && (
        <MenuItem isDanger onSelect={() => actions.remove(message)}>
          <Trash2 aria-hidden="true" />
          {t("common.delete")}
        </MenuItem>
      )}
    </>
  );
}
