import { expect, test } from "vitest";
import { toastPlace } from "./place.ts";

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** A box as `getBoundingClientRect` tells it. */
const box = (left: number, top: number, width: number, height: number) =>
  ({ left, top, width, height, right: left + width, bottom: top + height }) as DOMRect;

test("toasts stand in the middle of the chat, below its header", () => {
  expect(toastPlace({ root: box(680, 300, 600, 500) }, DESK)).toEqual({ top: 364, style: { left: 980 } });
});

test("on a phone they are as wide as the page, below the header", () => {
  expect(toastPlace({ root: box(0, 0, 390, 844) }, PHONE)).toEqual({ top: 64, style: {} });
});

test("what stands above the header of a conversation moves them down with it", () => {
  const boxes = { root: box(0, 48, 390, 796), header: box(0, 95, 390, 56) };
  expect(toastPlace(boxes, PHONE)).toEqual({ top: 159, style: {} });
});

test("the button of a page's header is no place for them: the page is", () => {
  expect(toastPlace({ root: box(1200, 8, 72, 36) }, DESK)).toEqual({ top: 64, style: {} });
  expect(toastPlace({}, DESK)).toEqual({ top: 64, style: {} });
});

test("they stay in the window when the chat is scrolled out of it", () => {
  expect(toastPlace({ root: box(0, -400, 1280, 700) }, DESK).top).toBe(64);
  expect(toastPlace({ root: box(0, 2000, 1280, 700) }, DESK).top).toBe(560);
});
