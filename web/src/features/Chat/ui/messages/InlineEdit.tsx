import { type KeyboardEvent, useState } from "react";
import { useText } from "../../model/useText.ts";
import { isComposing } from "../composer/keys.ts";
import { Button } from "../kit/Button.tsx";
import { GrowingTextarea } from "../kit/GrowingTextarea.tsx";

export interface InlineEditProps {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
}

/** Changes a message in its place: Enter saves, Escape gives up, a blank text cannot be saved. */
export function InlineEdit({ text: before, onSave, onCancel }: InlineEditProps) {
  const { t } = useText();
  const [text, setText] = useState(before);
  const trimmed = text.trim();
  const save = () => {
    if (trimmed === "") return;
    if (trimmed === before) onCancel();
    else onSave(trimmed);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // The list moves by the same keys.
    event.stopPropagation();
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Escape") onCancel();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  };
  return (
    <div className="uc:flex uc:w-[min(30rem,70vw)] uc:max-w-full uc:flex-col uc:gap-2 uc:py-1">
      <GrowingTextarea
        ref={focusAtEnd}
        dir="auto"
        maxRows={10}
        aria-label={t("messages.editing")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="uc:w-full uc:rounded-md uc:border uc:bg-background uc:px-2 uc:py-1 uc:text-foreground uc:pointer-coarse:text-base"
      />
      <div className="uc:flex uc:justify-end uc:gap-2">
        <Button variant="ghost" size="sm" onClick={onCancel}>
          {t("common.cancel")}
        </Button>
        <Button size="sm" disabled={trimmed === ""} onClick={save}>
          {t("common.save")}
        </Button>
      </div>
    </div>
  );
}

/** Puts the caret where writing goes on, once when the field appears. */
function focusAtEnd(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
}
