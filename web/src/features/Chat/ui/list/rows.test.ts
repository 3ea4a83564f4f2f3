import { describe, expect, test } from "vitest";
import type { Conversation } from "../../lib/types.ts";
import { MY, row } from "../../model/testkit.ts";
import { mutedUntil } from "./mute.ts";
import { filtered, isUnread } from "./rows.ts";

const IVAN = {
  id: 2,
  username: "petrov",
  first_name: "Иван",
  last_name: "Пётров",
  avatar: "",
  is_online: true,
};

const ROWS: readonly Conversation[] = [
  row("department", { title: "Кафедра информатики" }),
  row("ivan", { type: "private", title: null, other_user: { ...IVAN, last_seen: null }, unread_count: 2 }),
  row("reminder", { title: "ПИ-2-18", my: { ...MY, is_marked_unread: true } }),
];

const ids = (rows: readonly Conversation[]) => rows.map(({ id }) => id);

describe("the list", () => {
  test.each([
    ["all", ["department", "ivan", "reminder"]],
    ["personal", ["ivan"]],
    ["groups", ["department", "reminder"]],
    ["unread", ["ivan", "reminder"]],
  ] as const)("shows under %s what belongs there", (tab, expected) => {
    expect(ids(filtered(ROWS, tab, "", "ru"))).toEqual(expected);
  });

  test.each([
    ["КАФЕДРА", ["department"]],
    ["  иван петров ", ["ivan"]],
    ["petrov", ["ivan"]],
    ["2-18", ["reminder"]],
    ["нет такой", []],
  ])("finds %j by title and by name, whatever the case", (query, expected) => {
    expect(ids(filtered(ROWS, "all", query, "ru"))).toEqual(expected);
  });

  test("narrows a search to the tab", () => {
    expect(filtered(ROWS, "groups", "иван", "ru")).toEqual([]);
  });

  test("keeps the order that it is given, and the same list when nothing narrows it", () => {
    expect(filtered(ROWS, "all", " ", "ru")).toBe(ROWS);
  });

  test("counts a reminder as unread", () => {
    expect(ROWS.map(isUnread)).toEqual([false, true, true]);
  });
});

describe("muting", () => {
  const now = new Date(2026, 10, 30, 23, 30);

  test.each([
    ["mute1h", new Date(2026, 11, 1, 0, 30)],
    ["mute8h", new Date(2026, 11, 1, 7, 30)],
    ["muteTomorrow", new Date(2026, 11, 1, 8, 0)],
  ] as const)("%s ends when it says", (choice, expected) => {
    expect(mutedUntil(choice, now)).toEqual(expected);
  });

  test("always outlives everybody", () => {
    expect(mutedUntil("muteAlways", now).getFullYear()).toBeGreaterThan(9000);
  });
});
