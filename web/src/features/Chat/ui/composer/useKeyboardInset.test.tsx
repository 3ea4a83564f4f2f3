// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useKeyboardInset } from "./useKeyboardInset.ts";

/** A phone held upright, CSS px. */
const SCREEN_HEIGHT = 800;

/** What its keyboard covers, CSS px. */
const KEYBOARD = 320;

/** What is seen of the page; the test moves and shrinks it as a keyboard or two fingers do. */
class HandViewport extends EventTarget {
  offsetTop = 0;
  height = SCREEN_HEIGHT;
  scale = 1;
  readonly #listened = new Map<string, number>();

  change(facts: Partial<Pick<HandViewport, "offsetTop" | "height" | "scale">>, event = "resize"): void {
    Object.assign(this, facts);
    this.dispatchEvent(new Event(event));
  }

  get listeners(): number {
    return [...this.#listened.values()].reduce((sum, count) => sum + count, 0);
  }

  override addEventListener(...given: Parameters<EventTarget["addEventListener"]>): void {
    this.#listened.set(given[0], (this.#listened.get(given[0]) ?? 0) + 1);
    super.addEventListener(...given);
  }

  override removeEventListener(...given: Parameters<EventTarget["removeEventListener"]>): void {
    this.#listened.set(given[0], (this.#listened.get(given[0]) ?? 0) - 1);
    super.removeEventListener(...given);
  }
}

function Pane() {
  const box = useRef<HTMLDivElement>(null);
  useKeyboardInset(box);
  return <div ref={box} data-testid="pane" />;
}

let viewport: HandViewport;

/** Draws a pane whose foot is at `bottom`, and tells how much is kept free below its content. */
function pane(bottom = SCREEN_HEIGHT, height = SCREEN_HEIGHT): () => string {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue({ bottom } as DOMRect);
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(height);
  render(<Pane />);
  return () => screen.getByTestId("pane").style.paddingBottom;
}

beforeEach(() => {
  viewport = new HandViewport();
  vi.stubGlobal("visualViewport", viewport);
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("a keyboard that lies over the page lifts the foot, and lets it down again when it goes", () => {
  const inset = pane();
  viewport.change({ height: SCREEN_HEIGHT - KEYBOARD });
  expect(inset()).toBe(`${KEYBOARD}px`);
  viewport.change({ height: SCREEN_HEIGHT });
  expect(inset()).toBe("");
});

test("a page that the browser has moved up for the keyboard is lifted by the rest alone", () => {
  const inset = pane();
  viewport.change({ height: SCREEN_HEIGHT - KEYBOARD });
  viewport.change({ offsetTop: 120 }, "scroll");
  expect(inset()).toBe(`${KEYBOARD - 120}px`);
});

test("a pane that ends above the keyboard stays as it is", () => {
  const inset = pane(400, 400);
  viewport.change({ height: SCREEN_HEIGHT - KEYBOARD });
  expect(inset()).toBe("");
});

test("a pane that lies below the keyboard whole is not squeezed away", () => {
  const inset = pane(SCREEN_HEIGHT, 200);
  viewport.change({ height: SCREEN_HEIGHT - KEYBOARD });
  expect(inset()).toBe("");
});

test("a page made larger by two fingers has no keyboard", () => {
  const inset = pane();
  viewport.change({ height: SCREEN_HEIGHT / 2, scale: 2 });
  expect(inset()).toBe("");
});

test("nothing is listened to after the pane has gone, nor where there is no visual viewport", () => {
  pane();
  expect(viewport.listeners).toBe(2);
  cleanup();
  expect(viewport.listeners).toBe(0);
  vi.stubGlobal("visualViewport", null);
  expect(pane()()).toBe("");
});
