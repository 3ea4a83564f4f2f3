import { Paperclip, Smile } from "lucide-react";
import { useRef, useState } from "react";
import { useText } from "../../model/useText.ts";
import { Deferred, deferred } from "../deferred.tsx";
import { Button } from "../kit/Button.tsx";

const EmojiPicker = deferred(() => import("../messages/EmojiPicker.tsx"));

/** Opens the browser's choice of files. */
export function AddFiles({ onAdd }: { onAdd: (files: File[]) => void }) {
  const { t } = useText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        variant="ghost"
        size="icon"
        aria-label={t("messages.attach")}
        title={t("messages.attach")}
        onClick={() => input.current?.click()}
      >
        <Paperclip aria-hidden="true" />
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t("messages.attach")}
        onChange={(event) => {
          onAdd([...(event.target.files ?? [])]);
          // The same file chosen again is a change again.
          event.target.value = "";
        }}
      />
    </>
  );
}

/** Opens the choice of emoji for the text. */
export function AddEmoji({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useText();
  const [anchor, setAnchor] = useState<Element | null>(null);
  return (
    <>
      <Button
        variant="ghost"
        size="icon"
        aria-label={t("messages.emoji")}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        title={t("messages.emoji")}
        className="uc:max-[26rem]:hidden"
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <Smile aria-hidden="true" />
      </Button>
      {anchor !== null && (
        <Deferred
          of={EmojiPicker}
          anchor={anchor}
          label={t("messages.emoji")}
          onPick={onPick}
          onClose={() => setAnchor(null)}
          onUnavailable={() => setAnchor(null)}
        />
      )}
    </>
  );
}
