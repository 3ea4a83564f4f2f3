import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

/** Counts above this are shown as "99+": the server counts no further. */
const MOST_SHOWN = 99;

/** A count in a pill; nothing at all for zero. Say what it counts in `aria-label` of what it stands on. */
export function CountBadge({ count, className, ...rest }: ComponentProps<"span"> & { count: number }) {
  if (count <= 0) return null;
  return (
    <span
      className={cn(
        "uc:inline-flex uc:h-5 uc:min-w-5 uc:items-center uc:justify-center uc:rounded-full uc:bg-primary uc:px-1.5",
        "uc:text-xs uc:font-semibold uc:tabular-nums uc:text-primary-foreground",
        className,
      )}
      {...rest}
    >
      {count > MOST_SHOWN ? `${MOST_SHOWN}+` : count}
    </span>
  );
}

/** A word in a pill, e.g. a role. */
export function Badge({ className, ...rest }: ComponentProps<"span">) {
  return (
    <span
      className={cn(
        "uc:inline-flex uc:items-center uc:gap-1 uc:rounded-full uc:border uc:border-border uc:bg-muted uc:px-2 uc:py-0.5",
        "uc:text-xs uc:font-medium",
        className,
      )}
      {...rest}
    />
  );
}
