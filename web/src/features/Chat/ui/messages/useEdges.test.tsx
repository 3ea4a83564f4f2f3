// @vitest-environment jsdom

import type { Virtualizer } from "@tanstack/react-virtual";
import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { message } from "../../model/testkit.ts";
import { inJsdom } from "../testing.tsx";
import { buildTimeline } from "./timeline.ts";
import { useEdges } from "./useEdges.ts";

inJsdom();

const BANNER_PX = 40;
const READ_AT_PX = 500;

/** A list of messages in a chat, scrolled somewhere; `resize` gives it another top, as something above it does. */
function list(isAtEnd: boolean) {
  let resized: () => void = () => undefined;
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(callback: () => void) {
        resized = callback;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
  const chat = document.createElement("div");
  chat.className = "unet-chat";
  const element = chat.appendChild(document.createElement("div"));
  element.scrollTop = READ_AT_PX;
  const scrollToEnd = vi.fn();
  const virtualizer = { scrollElement: element, isAtEnd: () => isAtEnd, scrollToEnd, range: null };
  const rows = buildTimeline({ messages: [message("c", 1)], pending: [], me: 1, unreadFrom: null });
  const nothing = () => undefined;
  const edges = { rows, hasOlder: false, hasNewer: false, onLoadOlder: nothing, onLoadNewer: nothing };
  renderHook(() =>
    useEdges(
      { ...edges, onSeen: nothing },
      virtualizer as unknown as Virtualizer<HTMLDivElement, HTMLDivElement>,
    ),
  );
  const stand = (at: Element, top: number) => {
    vi.spyOn(at, "getBoundingClientRect").mockReturnValue(new DOMRect(0, top));
  };
  const resize = (tops: { chat: number; list: number }) => {
    stand(chat, tops.chat);
    stand(element, tops.list);
    act(() => resized());
  };
  return { element, scrollToEnd, resize };
}

test("what is read stays where it is while a banner comes above it, and goes", () => {
  const { element, scrollToEnd, resize } = list(false);
  resize({ chat: 0, list: BANNER_PX });
  expect(element.scrollTop).toBe(READ_AT_PX + BANNER_PX);
  // The composer has grown, and the page was scrolled: the list begins where it did.
  resize({ chat: 10, list: 10 + BANNER_PX });
  expect(element.scrollTop).toBe(READ_AT_PX + BANNER_PX);
  resize({ chat: 10, list: 10 });
  expect(element.scrollTop).toBe(READ_AT_PX);
  expect(scrollToEnd).not.toHaveBeenCalled();
});

test("the end stays in view", () => {
  const { element, scrollToEnd, resize } = list(true);
  resize({ chat: 0, list: BANNER_PX });
  expect(scrollToEnd).toHaveBeenCalledOnce();
  expect(element.scrollTop).toBe(READ_AT_PX);
});
