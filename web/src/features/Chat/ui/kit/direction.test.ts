// @vitest-environment jsdom
import { expect, test } from "vitest";
import { forwardOf } from "./direction.ts";

test.each([
  ["ltr", 1],
  ["rtl", -1],
] as const)("where %s is the direction, the right arrow key adds %d", (direction, step) => {
  const row = document.createElement("div");
  row.style.direction = direction;
  document.body.append(row);
  expect(forwardOf(row)).toBe(step);
});
