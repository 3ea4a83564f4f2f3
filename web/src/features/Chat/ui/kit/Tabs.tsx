import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export interface TabsProps<T extends string> {
  value: T;
  onChange: (value: T) => void;
  /** Read before the tabs to those who do not see them. */
  label: string;
  tabs: readonly { value: T; label: string }[];
  /** What stands under the tabs, for the chosen one. */
  children: ReactNode;
  className?: string;
}

/** Tabs over one panel; arrow keys move between them. */
export function Tabs<T extends string>({ value, onChange, label, tabs, children, className }: TabsProps<T>) {
  return (
    <Base.Root value={value} onValueChange={(next: T) => onChange(next)} className={className}>
      <Base.List aria-label={label} className="uc:flex uc:shrink-0 uc:gap-1 uc:border-b uc:px-2">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="uc:-mb-px uc:border-b-2 uc:border-transparent uc:px-2 uc:py-1.5 uc:text-sm uc:whitespace-nowrap uc:text-muted-foreground uc:data-active:border-primary uc:data-active:text-foreground"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel
          key={tab.value}
          value={tab.value}
          className="uc:flex uc:min-h-0 uc:flex-1 uc:flex-col uc:outline-none"
        >
          {tab.value === value && children}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
