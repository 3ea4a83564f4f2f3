import { describe, expect, test } from "vitest";
import { matchPeople, mentionAt, mentionsIn, pickedFrom } from "./mentions.ts";

describe("the @ at the caret", () => {
  test.each([
    ["@", 1, { start: 0, query: "" }],
    ["Привет, @Ан", 11, { start: 8, query: "Ан" }],
    ["(@Анна Ли", 9, { start: 1, query: "Анна Ли" }],
    ["@Ан и ещё", 3, { start: 0, query: "Ан" }],
  ])("%s at %i", (text, caret, found) => expect(mentionAt(text, caret)).toEqual(found));

  test.each([
    ["почта a@b.kg", 12],
    ["без знака", 9],
    ["@Анна Ли и", 10],
  ])("%s is none", (text, caret) => expect(mentionAt(text, caret)).toBeNull());
});

test("people are found by the beginning of any word of their name", () => {
  const people = [{ name: "Анна Ли" }, { name: "Борис Анарбеков" }, { name: "Светлана" }];
  expect(matchPeople(people, "ан").map(({ name }) => name)).toEqual(["Анна Ли", "Борис Анарбеков"]);
  expect(matchPeople(people, "анна л")).toHaveLength(1);
  expect(matchPeople(people, "")).toHaveLength(3);
});

describe("what is sent along", () => {
  const picked = [
    { userId: 1, name: "Анна" },
    { userId: 2, name: "Анна Ли" },
  ];

  test("the longer name wins, in the order of the text", () => {
    expect(mentionsIn("@Анна Ли и @Анна", picked)).toEqual([
      { user_id: 2, offset: 0, length: 8 },
      { user_id: 1, offset: 11, length: 5 },
    ]);
  });

  test("who was deleted from the text again is not mentioned", () => {
    expect(mentionsIn("Анна", picked)).toEqual([]);
  });

  test("an edit keeps the mentions whose names are still there", () => {
    const text = "@Анна Ли, да";
    const again = pickedFrom(text, [{ user_id: 2, offset: 0, length: 8 }]);
    expect(mentionsIn(`Ну ${text}`, again)).toEqual([{ user_id: 2, offset: 3, length: 8 }]);
  });
});
