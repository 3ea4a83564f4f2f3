import { Switch as Base } from "@base-ui/react/switch";
import { useId } from "react";

export interface SwitchProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

/** A switch with its label, which belongs to it. */
export function Switch({ label, checked, disabled = false, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="uc:flex uc:items-center uc:justify-between uc:gap-3 uc:py-1.5">
      <span id={id}>{label}</span>
      <Base.Root
        aria-labelledby={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        className="uc:flex uc:h-6 uc:w-10 uc:shrink-0 uc:items-center uc:rounded-full uc:bg-muted-foreground uc:p-0.5 uc:transition-colors uc:data-checked:bg-primary uc:data-disabled:opacity-50"
      >
        <Base.Thumb className="uc:size-5 uc:rounded-full uc:bg-background uc:transition-transform uc:data-checked:translate-x-4 uc:rtl:data-checked:-translate-x-4" />
      </Base.Root>
    </div>
  );
}
