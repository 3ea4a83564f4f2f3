import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

/** A line of text. 16 px on touch screens: below that, phones zoom the page on focus. */
export function Input({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input
      className={cn(
        "uc:h-9 uc:w-full uc:min-w-0 uc:rounded-md uc:border uc:border-border uc:bg-background uc:px-3",
        "uc:placeholder:text-muted-foreground uc:pointer-coarse:text-base uc:disabled:opacity-50",
        "uc:aria-invalid:border-danger",
        className,
      )}
      {...rest}
    />
  );
}
