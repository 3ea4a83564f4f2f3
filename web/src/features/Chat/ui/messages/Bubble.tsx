import type { ReactNode } from "react";
import { cn } from "../kit/cn.ts";

export interface BubbleProps {
  isOwn: boolean;
  isGroupEnd: boolean;
  isHighlighted: boolean;
  hasFailed?: boolean;
  children: ReactNode;
}

/** The coloured ground of a message: own ones at the end of the line, others' at its start. */
export function Bubble({ isOwn, isGroupEnd, isHighlighted, hasFailed = false, children }: BubbleProps) {
  return (
    <div
      className={cn(
        "uc:min-w-0 uc:max-w-full uc:rounded-lg uc:px-3 uc:py-1.5 uc:transition-shadow",
        isOwn ? "uc:bg-own uc:text-own-foreground" : "uc:bg-other uc:text-other-foreground",
        isGroupEnd && (isOwn ? "uc:rounded-ee-sm" : "uc:rounded-es-sm"),
        isHighlighted && "uc:ring-2 uc:ring-ring",
        hasFailed && "uc:border uc:border-danger",
      )}
    >
      {children}
    </div>
  );
}
