import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { cn } from "./cn.ts";
import { usePortalContainer } from "./root.tsx";

/** A menu that `trigger` (a button) opens; arrow keys, typing and Escape work. */
export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  const container = usePortalContainer();
  return (
    <Base.Root modal={false}>
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
