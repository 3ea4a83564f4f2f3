/** What the right arrow key adds to a place in a row: 1, and -1 where rows begin on the right. */
export function forwardOf(element: Element): 1 | -1 {
  return getComputedStyle(element).direction === "rtl" ? -1 : 1;
}
