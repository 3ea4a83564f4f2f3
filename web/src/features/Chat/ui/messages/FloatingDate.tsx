import { useText } from "../../model/useText.ts";
import { cn } from "../kit/cn.ts";
import { type Row, startOfDay } from "./timeline.ts";
import { dayLabel } from "./when.ts";

export interface FloatingDateProps {
  rows: readonly Row[];
  /** The first row in view. */
  first: number;
  today: number;
  isScrolling: boolean;
}

/** The day of what is at the top of the view, while one scrolls. Readers hear the days between the messages. */
export function FloatingDate({ rows, first, today, isScrolling }: FloatingDateProps) {
  const { locale } = useText();
  const row = rows[first];
  if (row === undefined || row.day !== null) return null;
  const at = row.kind === "message" ? Date.parse(row.message.created_at) : row.entry.createdAt;
  return (
    <div
      aria-hidden="true"
      className={cn(
        "uc:pointer-events-none uc:absolute uc:inset-x-0 uc:top-2 uc:z-10 uc:flex uc:justify-center uc:transition-opacity",
        isScrolling ? "uc:opacity-100" : "uc:opacity-0",
      )}
    >
      <span className="uc:rounded-full uc:bg-muted uc:px-3 uc:py-0.5 uc:text-xs uc:font-medium uc:text-muted-foreground uc:shadow-sm">
        {dayLabel(startOfDay(at), today, locale)}
      </span>
    </div>
  );
}
