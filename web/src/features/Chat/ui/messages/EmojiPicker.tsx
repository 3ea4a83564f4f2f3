import { Popover } from "@base-ui/react/popover";
import { type KeyboardEvent, useState } from "react";
import { useText } from "../../model/useText.ts";
import { isComposing } from "../composer/keys.ts";
import { forwardOf } from "../kit/direction.ts";
import { Input } from "../kit/Input.tsx";
import { usePortalContainer } from "../kit/root.tsx";
import { COMMON_EMOJI, EMOJI_COLUMNS, emojiOf } from "./emoji.ts";

export interface EmojiPickerProps {
  anchor: Element;
  label: string;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** A choice of emoji; any other may be typed. Loaded when somebody opens it. */
export default function EmojiPicker({ anchor, label, onPick, onClose }: EmojiPickerProps) {
  const container = usePortalContainer();
  const pick = (emoji: string) => {
    onPick(emoji);
    onClose();
  };
  return (
    <Popover.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Popover.Portal container={container}>
        <Popover.Positioner anchor={anchor} sideOffset={4} className="uc:z-50">
          <Popover.Popup
            aria-label={label}
            finalFocus={() =>
              anchor.closest<HTMLElement>("[data-row]") ?? (anchor instanceof HTMLElement ? anchor : true)
            }
            className="uc:rounded-md uc:border uc:border-border uc:bg-background uc:p-2 uc:shadow-lg"
          >
            <EmojiGrid onPick={pick} />
            <AnyEmoji onPick={pick} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function EmojiGrid({ onPick }: { onPick: (emoji: string) => void }) {
  const [active, setActive] = useState(0);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const forward = forwardOf(event.currentTarget);
    const steps: Record<string, number> = {
      ArrowLeft: -forward,
      ArrowRight: forward,
      ArrowUp: -EMOJI_COLUMNS,
      ArrowDown: EMOJI_COLUMNS,
    };
    const next = active + (steps[event.key] ?? 0);
    if (next === active || next < 0 || next >= COMMON_EMOJI.length) return;
    event.preventDefault();
    setActive(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-emoji="${next}"]`)?.focus();
  };
  return (
    <div
      role="toolbar"
      aria-orientation="horizontal"
      onKeyDown={onKeyDown}
      className="uc:grid uc:grid-cols-8"
    >
      {COMMON_EMOJI.map((emoji, index) => (
        <button
          key={emoji}
          type="button"
          data-emoji={index}
          tabIndex={index === active ? 0 : -1}
          onClick={() => onPick(emoji)}
          className="uc:flex uc:size-8 uc:items-center uc:justify-center uc:rounded-sm uc:text-lg uc:hover:bg-muted"
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}

function AnyEmoji({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useText();
  const [typed, setTyped] = useState("");
  const emoji = emojiOf(typed);
  return (
    <Input
      value={typed}
      aria-label={t("messages.anyEmoji")}
      placeholder={t("messages.anyEmoji")}
      aria-invalid={typed !== "" && emoji === null}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && emoji !== null && !isComposing(event.nativeEvent)) onPick(emoji);
      }}
      className="uc:mt-2"
    />
  );
}
