import { LoaderCircle } from "lucide-react";
import { cn } from "./cn.ts";

/** Something is under way; `label` says what to those who do not see it turn. */
export function Spinner({ label, className }: { label: string; className?: string }) {
  return (
    <span role="status" className={cn("uc:inline-flex uc:text-muted-foreground", className)}>
      <LoaderCircle aria-hidden="true" className="uc:size-5 uc:animate-spin" />
      <span className="uc:sr-only">{label}</span>
    </span>
  );
}
