import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { cn } from "./cn.ts";
import { usePortalContainer } from "./root.tsx";

export interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement;
  /** Open from the start: for a menu that is loaded by the press that asks for it. */
  defaultOpen?: boolean;
  children: ReactNode;
}

/** A menu that `trigger` opens; arrow keys, typing and Escape work. */
export function Menu({ trigger, defaultOpen = false, children }: MenuProps) {
  const container = usePortalContainer();
  return (
    <Base.Root modal={false} defaultOpen={defaultOpen}>
      <Base.Trigger render={trigger} />
      <Base.Portal container={container}>
        <Base.Positioner sideOffset={4} className="uc:z-50">
          <Base.Popup className="uc:min-w-44 uc:rounded-md uc:border uc:border-border uc:bg-background uc:p-1 uc:shadow-lg">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface MenuItemProps {
  onSelect: () => void;
  isDanger?: boolean;
  disabled?: boolean;
  children: ReactNode;
}

/** An entry of a {@link Menu}: an icon and a word or two. */
export function MenuItem({ onSelect, isDanger = false, disabled = false, children }: MenuItemProps) {
  return (
    <Base.Item
      onClick={onSelect}
      disabled={disabled}
      className={cn(
        "uc:flex uc:cursor-pointer uc:items-center uc:gap-2 uc:rounded-sm uc:px-2 uc:py-1.5 uc:text-sm uc:outline-none",
        "uc:data-highlighted:bg-muted uc:data-disabled:opacity-50 uc:[&_svg]:size-4",
        isDanger && "uc:text-danger",
      )}
    >
      {children}
    </Base.Item>
  );
}
