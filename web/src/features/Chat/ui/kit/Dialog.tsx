import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { cn } from "./cn.ts";
import { usePortalContainer } from "./root.tsx";

const SHAPES = {
  /** In the middle. */
  dialog:
    "uc:start-1/2 uc:top-1/2 uc:max-h-[90dvh] uc:w-[calc(100%-2rem)] uc:max-w-md uc:-translate-1/2 uc:rounded-lg uc:rtl:translate-x-1/2",
  /** In the middle, with room for two panes. */
  window:
    "uc:start-1/2 uc:top-1/2 uc:h-[min(40rem,90dvh)] uc:w-[calc(100%-2rem)] uc:max-w-4xl uc:-translate-1/2 uc:rounded-lg uc:rtl:translate-x-1/2",
  /** Along the end of the screen, e.g. details on a phone. */
  sheet: "uc:inset-y-0 uc:end-0 uc:h-full uc:w-full uc:max-w-sm",
} as const;

export interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** Stands beside the title, e.g. a count. */
  titleBadge?: ReactNode;
  /** Said after the title to those who do not see the dialog. */
  description?: string;
  /** The label of the button that closes it. */
  closeLabel: string;
  shape?: keyof typeof SHAPES;
  /** The content reaches to the edges and scrolls by itself. */
  isFlush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A modal dialog: keeps the focus, closes by Escape and by a click beside it, gives the focus back. */
export function Dialog(props: DialogProps) {
  const {
    isOpen,
    onClose,
    title,
    description,
    closeLabel,
    shape = "dialog",
    isFlush = false,
    className,
    children,
  } = props;
  const container = usePortalContainer();
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal container={container}>
        <Base.Backdrop className="uc:fixed uc:inset-0 uc:z-40 uc:bg-black/50" />
        <Base.Popup
          className={cn(
            "uc:fixed uc:z-50 uc:flex uc:flex-col uc:overflow-hidden uc:border uc:border-border uc:bg-background uc:shadow-lg",
            SHAPES[shape],
            className,
          )}
        >
          <div className="uc:flex uc:items-center uc:gap-2 uc:border-b uc:px-4 uc:py-3">
            <Base.Title className="uc:min-w-0 uc:flex-1 uc:truncate uc:text-base uc:font-semibold">
              {title}
            </Base.Title>
            {props.titleBadge}
            <Base.Close render={<Button variant="ghost" size="icon-sm" aria-label={closeLabel} />}>
              <X aria-hidden="true" />
            </Base.Close>
          </div>
          {description !== undefined && (
            <Base.Description className="uc:px-4 uc:pt-3 uc:text-muted-foreground">
              {description}
            </Base.Description>
          )}
          <div
            className={cn(
              "uc:flex uc:min-h-0 uc:flex-1 uc:flex-col",
              !isFlush && "uc:gap-3 uc:overflow-y-auto uc:p-4",
            )}
          >
            {children}
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
