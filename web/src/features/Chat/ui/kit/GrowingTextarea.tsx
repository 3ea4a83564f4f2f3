import type { ComponentProps } from "react";
import TextareaAutosize from "react-textarea-autosize";
import { cn } from "./cn.ts";

export interface GrowingTextareaProps extends Omit<ComponentProps<"textarea">, "rows" | "style"> {
  /** The lines up to which it grows; it scrolls from there on. */
  maxRows: number;
  /** The lines that it has when nothing is written; one unless told. */
  minRows?: number;
}

/** Lets the browser measure: what measures by script puts a field of its own into the page, outside of shadow roots. */
const GROWS_BY_ITSELF = typeof CSS !== "undefined" && CSS.supports?.("field-sizing", "content") === true;

/** A field that grows with what is written into it. */
export function GrowingTextarea({ maxRows, minRows = 1, className, ...rest }: GrowingTextareaProps) {
  if (!GROWS_BY_ITSELF) return <TextareaAutosize {...{ minRows, maxRows }} className={className} {...rest} />;
  return (
    <textarea
      rows={minRows}
      className={cn("uc:field-sizing-content", className)}
      style={{ minHeight: heightOf(minRows), maxHeight: heightOf(maxRows) }}
      {...rest}
    />
  );
}

/** The lines, and what is above and below them. */
function heightOf(rows: number): string {
  return `calc(${rows}lh + 1em)`;
}
