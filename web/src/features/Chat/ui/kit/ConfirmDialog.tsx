import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Button } from "./Button.tsx";
import { usePortalContainer } from "./root.tsx";

export interface ConfirmDialogProps {
  isOpen: boolean;
  title: string;
  text: string;
  confirmLabel: string;
  cancelLabel: string;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that cannot be undone; the focus stands on "cancel" first. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, title, text, confirmLabel, cancelLabel, onConfirm, onCancel } = props;
  const container = usePortalContainer();
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(open) => !open && onCancel()}>
      <AlertDialog.Portal container={container}>
        <AlertDialog.Backdrop className="uc:fixed uc:inset-0 uc:z-40 uc:bg-black/50" />
        <AlertDialog.Popup className="uc:fixed uc:start-1/2 uc:top-1/2 uc:z-50 uc:flex uc:w-[calc(100%-2rem)] uc:max-w-sm uc:-translate-1/2 uc:flex-col uc:gap-2 uc:rounded-lg uc:border uc:border-border uc:bg-background uc:p-4 uc:shadow-lg uc:rtl:translate-x-1/2">
          <AlertDialog.Title className="uc:text-base uc:font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="uc:text-muted-foreground">{text}</AlertDialog.Description>
          <div className="uc:mt-2 uc:flex uc:justify-end uc:gap-2">
            <AlertDialog.Close render={<Button variant="outline">{cancelLabel}</Button>} />
            <Button variant="danger" onClick={onConfirm}>
              {confirmLabel}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
