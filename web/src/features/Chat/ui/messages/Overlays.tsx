import { lazy, Suspense } from "react";
import type { Message } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { useScene } from "./scene.ts";
import type { Row } from "./timeline.ts";
import type { Overlay } from "./useMessageActions.ts";

const MessageMenu = lazy(() => import("./MessageMenu.tsx"));
const EmojiPicker = lazy(() => import("./EmojiPicker.tsx"));
const Lightbox = lazy(() => import("./Lightbox.tsx"));
const RemoveDialog = lazy(() => import("./RemoveDialog.tsx"));

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
  if (overlay === null) return null;
  // What a menu item opens stands in the menu's place already when the menu says that it is closed.
  switch (overlay.kind) {
    case "menu": {
      const row = rows.find((one) => one.key === overlay.key);
      if (row?.kind !== "message" || row.message.kind === "system" || row.message.deleted_at) return null;
      return (
        <Suspense>
          <MessageMenu message={row.message} anchor={overlay.anchor} canPin={canPin} onClose={onClose} />
        </Suspense>
      );
    }
    case "emoji":
      return (
        <Suspense>
          <EmojiPicker
            anchor={overlay.anchor}
            label={t("messages.react")}
            onPick={(emoji) => actions.react(overlay.message, emoji)}
            onClose={onClose}
          />
        </Suspense>
      );
    case "remove":
      return (
        <Suspense>
          <RemoveDialog
            onConfirm={() => {
              onRemove(overlay.message);
              onClose();
            }}
            onCancel={onClose}
          />
        </Suspense>
      );
    case "media":
      return (
        <Suspense>
          <Lightbox media={overlay.media} at={overlay.at} onClose={onClose} />
        </Suspense>
      );
  }
}
