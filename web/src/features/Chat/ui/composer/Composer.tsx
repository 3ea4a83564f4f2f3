import { SendHorizontal } from "lucide-react";
import { type ClipboardEvent, type DragEvent, type Ref, useImperativeHandle, useRef, useState } from "react";
import type { Attachment, Mention, ReplyHead } from "../../lib/types.ts";
import type { Upload } from "../../model/files/uploads.ts";
import type { DraftText } from "../../model/messages/drafts.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { cn } from "../kit/cn.ts";
import { GrowingTextarea } from "../kit/GrowingTextarea.tsx";
import { AddEmoji, AddFiles } from "./Additions.tsx";
import { isComposing } from "./keys.ts";
import { type Candidate, MentionList } from "./MentionList.tsx";
import { mentionsIn } from "./mentions.ts";
import { ReplyBar } from "./ReplyBar.tsx";
import { UploadList } from "./UploadList.tsx";
import { useMentions } from "./useMentions.ts";

/** What the composer hands over when the user sends. */
export interface Outgoing {
  readonly text: string;
  readonly reply: ReplyHead | null;
  readonly mentions: readonly Mention[];
  readonly attachments: readonly Attachment[];
}

export interface ComposerProps {
  draft: DraftText;
  onDraft: (draft: DraftText) => void;
  /** Who can be mentioned. */
  people: readonly Candidate[];
  nameOf: (id: number) => string;
  uploads: readonly Upload[];
  onAddFiles: (files: File[]) => void;
  onRemoveUpload: (id: string) => void;
  onRetryUpload: (id: string) => void;
  onSend: (outgoing: Outgoing) => void;
  onTyping: (isTyping: boolean) => void;
  /** The arrow up in an empty field. */
  onEditLast: () => void;
  ref?: Ref<ComposerHandle> | undefined;
}

export interface ComposerHandle {
  focus(): void;
}

/** Where messages are written: Enter sends, Shift+Enter breaks the line, `@` names people, files may be dropped in. */
export function Composer(props: ComposerProps) {
  const { draft, onDraft, uploads, onAddFiles } = props;
  const { t } = useText();
  const field = useRef<HTMLTextAreaElement>(null);
  const [isDropping, setDropping] = useState(false);
  useImperativeHandle(props.ref, () => ({ focus: () => field.current?.focus() }), []);
  const write = (text: string) => {
    onDraft({ ...draft, text });
    props.onTyping(text.trim() !== "");
  };
  const mentions = useMentions({ text: draft.text, people: props.people, field, onText: write });
  const send = useSend(props, mentions.picked, mentions.forget);
  return (
    <div
      className={cn(
        "uc:relative uc:border-t uc:bg-background uc:p-2",
        isDropping && "uc:ring-2 uc:ring-inset uc:ring-ring",
      )}
      {...dropping(setDropping, onAddFiles)}
    >
      {mentions.isOpen && (
        <MentionList
          id={mentions.id}
          people={mentions.shown}
          active={mentions.active}
          onPick={mentions.pick}
        />
      )}
      {draft.reply !== null && (
        <ReplyBar
          reply={draft.reply}
          name={props.nameOf(draft.reply.sender_id)}
          onCancel={() => onDraft({ ...draft, reply: null })}
        />
      )}
      {uploads.length > 0 && (
        <UploadList uploads={uploads} onRemove={props.onRemoveUpload} onRetry={props.onRetryUpload} />
      )}
      <div className="uc:flex uc:items-end uc:gap-1">
        <AddFiles onAdd={onAddFiles} />
        <GrowingTextarea
          ref={field}
          dir="auto"
          maxRows={8}
          value={draft.text}
          placeholder={t("messages.write")}
          aria-label={t("messages.write")}
          onChange={(event) => write(event.target.value)}
          onSelect={mentions.onCaret}
          onBlur={() => props.onTyping(false)}
          onPaste={(event) => pasteFiles(event, onAddFiles)}
          onKeyDown={(event) => {
            if (isComposing(event.nativeEvent) || mentions.onKeyDown(event)) return;
            if (event.key === "Enter" && !event.shiftKey) {
              event.preventDefault();
              send.now();
            } else if (event.key === "Escape" && draft.reply !== null) {
              event.stopPropagation();
              onDraft({ ...draft, reply: null });
            } else if (event.key === "ArrowUp" && draft.text === "") {
              event.preventDefault();
              props.onEditLast();
            }
          }}
          {...mentions.listed}
          className="uc:min-h-9 uc:min-w-0 uc:flex-1 uc:rounded-md uc:border uc:bg-background uc:px-3 uc:py-1.5 uc:placeholder:text-muted-foreground uc:pointer-coarse:text-base"
        />
        <AddEmoji
          onPick={(emoji) => {
            write(inserted(draft.text, field.current, emoji));
          }}
        />
        <Button
          size="icon"
          aria-label={t("messages.send")}
          title={t("messages.send")}
          disabled={!send.isPossible}
          onClick={send.now}
        >
          <SendHorizontal aria-hidden="true" className="uc:rtl:rotate-180" />
        </Button>
      </div>
    </div>
  );
}

/** Sends what is written, when there is something and all files are there; then the field is free at once. */
function useSend(props: ComposerProps, picked: Parameters<typeof mentionsIn>[1], forget: () => void) {
  const { draft, uploads, onDraft, onSend, onTyping } = props;
  const text = draft.text.trim();
  const attachments = uploads.flatMap((upload) => upload.attachment ?? []);
  const isWaiting = uploads.some(({ state }) => state === "queued" || state === "uploading");
  const isPossible = (text !== "" || attachments.length > 0) && !isWaiting;
  const now = () => {
    if (!isPossible) return;
    onSend({ text, reply: draft.reply, mentions: mentionsIn(text, picked), attachments });
    onDraft({ text: "", reply: null });
    onTyping(false);
    forget();
  };
  return { isPossible, now };
}

/** The text with a piece put in where the caret is. */
function inserted(text: string, field: HTMLTextAreaElement | null, piece: string): string {
  const from = field?.selectionStart ?? text.length;
  const to = field?.selectionEnd ?? text.length;
  return text.slice(0, from) + piece + text.slice(to);
}

/** Files on the clipboard become attachments; text is pasted as ever. */
function pasteFiles(event: ClipboardEvent, onAddFiles: (files: File[]) => void): void {
  const files = [...event.clipboardData.files];
  if (files.length === 0) return;
  event.preventDefault();
  onAddFiles(files);
}

function dropping(setDropping: (is: boolean) => void, onAddFiles: (files: File[]) => void) {
  return {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: () => setDropping(false),
    onDrop: (event: DragEvent) => {
      setDropping(false);
      const files = [...event.dataTransfer.files];
      if (files.length === 0) return;
      event.preventDefault();
      onAddFiles(files);
    },
  };
}
