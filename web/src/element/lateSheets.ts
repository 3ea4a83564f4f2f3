import toasts from "sonner/dist/styles.css?inline";
import { sheet } from "./sheets.ts";

/** The styles of what nobody sees at first. */
export function adoptLate(root: ShadowRoot): void {
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet(toasts)];
}
