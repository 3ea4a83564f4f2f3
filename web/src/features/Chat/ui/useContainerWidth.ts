import { type RefCallback, useCallback, useState } from "react";

/** The width of an element in CSS px, 0 before it is known: a chat in a narrow column is a phone too, whatever the window is. */
export function useContainerWidth(): [RefCallback<HTMLElement>, number] {
  const [width, setWidth] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    setWidth(element.clientWidth);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}
