import { useText } from "../../model/useText.ts";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";

/** Asks before a message is deleted for everybody. */
export default function RemoveDialog({
  onConfirm,
  onCancel,
}: {
  onConfirm: () => void;
  onCancel: () => void;
}) {
  const { t } = useText();
  return (
    <ConfirmDialog
      isOpen
      title={t("messages.deleteTitle")}
      text={t("messages.deleteText")}
      confirmLabel={t("common.delete")}
      cancelLabel={t("common.cancel")}
      onConfirm={onConfirm}
      onCancel={onCancel}
    />
  );
}
