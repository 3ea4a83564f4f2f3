import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

const VARIANTS = {
  primary: "uc:bg-primary uc:text-primary-foreground uc:hover:opacity-90",
  outline: "uc:border uc:border-border uc:hover:bg-muted",
  ghost: "uc:hover:bg-muted",
  danger: "uc:bg-danger uc:text-danger-foreground uc:hover:opacity-90",
} as const;

const SIZES = {
  md: "uc:h-9 uc:px-4 uc:gap-2",
  sm: "uc:h-8 uc:px-3 uc:gap-1.5 uc:text-sm",
  icon: "uc:size-9 uc:shrink-0",
  "icon-sm": "uc:size-7 uc:shrink-0",
} as const;

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: keyof typeof VARIANTS;
  /** The icon sizes are square: name the button by `aria-label`. */
  size?: keyof typeof SIZES;
}

/** A button; of type `button` unless it says otherwise, so that it submits no form by accident. */
export function Button({
  variant = "primary",
  size = "md",
  className,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={cn(
        "uc:inline-flex uc:items-center uc:justify-center uc:rounded-md uc:font-medium uc:transition-colors",
        "uc:disabled:opacity-50 uc:[&_svg]:size-4 uc:[&_svg]:shrink-0",
        VARIANTS[variant],
        SIZES[size],
        className,
      )}
      {...rest}
    />
  );
}
