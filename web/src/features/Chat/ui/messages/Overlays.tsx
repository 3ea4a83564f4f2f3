import type { Message } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Deferred, deferred, usePreloaded } from "../deferred.tsx";
import { useScene } from "./scene.ts";
import type { Row } from "./timeline.ts";
import type { Overlay } from "./useMessageActions.ts";

const MessageMenu = deferred(() => import("./MessageMenu.tsx"));
const EmojiPicker = deferred(() => import("./EmojiPicker.tsx"));
const Lightbox = deferred(() => import("./Lightbox.tsx"));
const RemoveDialog = deferred(() => import("./RemoveDialog.tsx"));

const PARTS = [MessageMenu, EmojiPicker, RemoveDialog, Lightbox];

export interface OverlaysProps {
  overlay: Overlay | null;
  rows: readonly Row[];
  canPin: boolean;
  onClose: () => void;
  onRemove: (message: Message) => void;
}

/** What is open over the messages: a menu, the choice of emoji, a picture, a question. Each is loaded when it is opened. */
export function Overlays({ overlay, rows, canPin, onClose, onRemove }: OverlaysProps) {
  const { t } = useText();
  const { actions } = useScene();
  usePreloaded(PARTS);
  if (overlay === null) return null;
  // What a menu item opens stands in the menu's place already when the menu says that it is closed.
  switch (overlay.kind) {
    case "menu": {
      const row = rows.find((one) => one.key === overlay.key);
      if (row?.kind !== "message" || row.message.kind === "system" || row.message.deleted_at) return null;
      return (
        <Deferred
          key="menu"
          of={MessageMenu}
          message={row.message}
          anchor={overlay.anchor}
          canPin={canPin}
          onClose={onClose}
          onUnavailable={onClose}
        />
      );
    }
    case "emoji":
      return (
        <Deferred
          key="emoji"
          of={EmojiPicker}
          anchor={overlay.anchor}
          label={t("messages.react")}
          onPick={(emoji) => actions.react(overlay.message, emoji)}
          onClose={onClose}
          onUnavailable={onClose}
        />
      );
    case "remove":
      return (
        <Deferred
          key="remove"
          of={RemoveDialog}
          onConfirm={() => {
            onRemove(overlay.message);
            onClose();
          }}
          onCancel={onClose}
          onUnavailable={onClose}
        />
      );
    case "media":
      return (
        <Deferred
          key="media"
          of={Lightbox}
          media={overlay.media}
          at={overlay.at}
          onClose={onClose}
          onUnavailable={onClose}
        />
      );
  }
}
