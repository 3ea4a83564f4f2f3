import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoff } from "./backoff.ts";
import { readClosing } from "./closing.ts";

describe("a pause before coming back", () => {
  it("lies anywhere up to a bound that doubles, and never above half a minute", () => {
    expect(backoff(1, () => 0)).toBe(0);
    expect(backoff(3, () => 0.999)).toBeCloseTo(3_996);
    expect(backoff(60, () => 0.5)).toBe(15_000);
  });

  it("never undercuts what the server asked for", () => {
    const anything = fc.tuple(
      fc.integer({ min: 0, max: 99 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
    );
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 120_000 }), ([failures, random], hint) => {
        expect(backoff(failures, () => random, hint)).toBeGreaterThanOrEqual(hint);
      }),
    );
  });
});

describe("a close", () => {
  it("says whether and when to come back", () => {
    expect(readClosing(1000, "")).toEqual({ comeBack: "done", hintMs: 0 });
    expect(readClosing(4401, '{"code":"token"}')).toEqual({ comeBack: "token", hintMs: 0 });
    expect(readClosing(1006, "")).toEqual({ comeBack: "later", hintMs: 0 });
    expect(readClosing(4512, '{"code":"rebalance","reconnect_after_ms":1234}').hintMs).toBe(1_234);
    expect(readClosing(4429, '{"code":"limit"}').hintMs).toBe(5_000);
  });

  it("may give any reason at all", () => {
    for (const reason of ["gone", "{", "{}", '{"reconnect_after_ms":"soon"}', '{"reconnect_after_ms":-5}']) {
      expect(readClosing(1012, reason)).toEqual({ comeBack: "later", hintMs: 0 });
    }
  });
});
