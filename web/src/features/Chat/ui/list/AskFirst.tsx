import { useState } from "react";
import type { ConversationId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Deferred, deferred } from "../deferred.tsx";

/** The dialog; the list loads it ahead. */
export const ConfirmDialog = deferred(async () => ({
  default: (await import("../kit/ConfirmDialog.tsx")).ConfirmDialog,
}));

/** What is to be done, if the user says so once more. */
export interface Question {
  readonly kind: "delete" | "leave";
  readonly id: ConversationId;
}

export interface AskFirstProps {
  question: Question | null;
  onYes: (question: Question) => void;
  onNo: () => void;
}

/** The question before a conversation is deleted or left; loaded with the first one. */
export function AskFirst({ question, onYes, onNo }: AskFirstProps) {
  const { t } = useText();
  // While the dialog goes, it still says what it said.
  const [last, setLast] = useState<Question | null>(null);
  if (question !== null && question !== last) setLast(question);
  if (last === null) return null;
  const giveUp = () => {
    setLast(null);
    onNo();
  };
  const isDelete = last.kind === "delete";
  return (
    <Deferred
      of={ConfirmDialog}
      isOpen={question !== null}
      title={t(isDelete ? "list.deleteTitle" : "list.leaveTitle")}
      text={t(isDelete ? "list.deleteText" : "list.leaveText")}
      confirmLabel={t(isDelete ? "common.delete" : "list.leaveConfirm")}
      cancelLabel={t("common.cancel")}
      onConfirm={() => onYes(last)}
      onCancel={onNo}
      onUnavailable={giveUp}
    />
  );
}
