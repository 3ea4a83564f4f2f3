import { clsx } from "clsx";

/** Joins class names; what is falsy is left out. Of two that contradict each other say only one. */
export const cn = clsx;
