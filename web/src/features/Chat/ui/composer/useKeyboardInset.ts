import { type RefObject, useEffect } from "react";

/** Keeps the foot of an element above an on-screen keyboard. Where the keyboard shrinks the page (Chromium on Android)
 * there is nothing to do; elsewhere (iOS) it lies over the page, and only the visual viewport tells. */
export function useKeyboardInset(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const fit = () => {
      const box = element.current;
      if (box === null) return;
      // Pinched pages are smaller than the window too, and no keyboard is there.
      const isZoomed = viewport.scale > 1;
      const seenTo = viewport.offsetTop + viewport.height;
      const hidden = isZoomed ? 0 : Math.max(0, Math.round(box.getBoundingClientRect().bottom - seenTo));
      box.style.paddingBottom = hidden > 0 && hidden < box.clientHeight ? `${hidden}px` : "";
    };
    viewport.addEventListener("resize", fit);
    viewport.addEventListener("scroll", fit);
    return () => {
      viewport.removeEventListener("resize", fit);
      viewport.removeEventListener("scroll", fit);
    };
  }, [element]);
}
