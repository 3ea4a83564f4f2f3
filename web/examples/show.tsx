import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";

/** Draws an example into its page. */
export function show(example: ReactNode): void {
  const root = document.getElementById("root");
  if (root !== null) createRoot(root).render(<StrictMode>{example}</StrictMode>);
}
