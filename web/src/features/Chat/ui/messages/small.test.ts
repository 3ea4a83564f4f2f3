import { describe, expect, test } from "vitest";
import { blurOf, boxOf, LARGEST } from "./boxes.ts";
import { emojiOf } from "./emoji.ts";
import { target } from "./useRoving.ts";

describe("the box of a picture", () => {
  test("keeps the proportions within the largest", () => {
    expect(boxOf({ width: 1600, height: 800 })).toEqual({ width: LARGEST.width, height: 160 });
    expect(boxOf({ width: 400, height: 4000 })).toEqual({ width: 32, height: LARGEST.height });
  });

  test("never grows a small one, and is fixed where no size is known", () => {
    expect(boxOf({ width: 40, height: 30 })).toEqual({ width: 40, height: 30 });
    expect(boxOf({ width: null, height: null })).toEqual(boxOf({}));
    expect(boxOf({}).height).toBeGreaterThan(0);
  });

  test("a placeholder that cannot be read is none", () => {
    expect(blurOf("%%%")).toBeUndefined();
    expect(blurOf(null)).toBeUndefined();
    expect(blurOf("1QcSHQRnh493V4dIh4eXh1h4kJUI")).toMatch(/^data:image\/png/);
  });
});

describe("an emoji from the keyboard", () => {
  test.each([
    ["👍🏽 хорошо", "👍🏽"],
    [" 👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"],
    ["🇰🇬🇷🇺", "🇰🇬"],
    ["1️⃣", "1️⃣"],
  ])("%s", (typed, emoji) => expect(emojiOf(typed)).toBe(emoji));

  test.each(["", "a", "1", "ура 👍"])("%s is none", (typed) => expect(emojiOf(typed)).toBeNull());
});

describe("keys over the messages", () => {
  test.each([
    ["ArrowUp", 5, 4],
    ["ArrowUp", 0, 0],
    ["ArrowDown", 5, 6],
    ["ArrowDown", 9, 9],
    ["Home", 5, 0],
    ["End", 5, 9],
    ["PageUp", 5, 0],
    ["PageDown", 5, 9],
  ])("%s from %i", (key, from, to) => expect(target(key, from, 10)).toBe(to));

  test("other keys, and empty lists, lead nowhere", () => {
    expect(target("a", 5, 10)).toBeNull();
    expect(target("End", -1, 0)).toBeNull();
  });
});
