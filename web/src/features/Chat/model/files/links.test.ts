import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LinkBook } from "./links.ts";

const QUARTER_HOUR_MS = 15 * 60 * 1000;

let asked: (readonly number[])[];
let isAway: boolean;
let book: LinkBook;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  isAway = false;
  const links = async (ids: readonly number[]) => {
    asked.push(ids);
    if (isAway) throw new Error("away");
    const expires_at = new Date(Date.now() + QUARTER_HOUR_MS).toISOString();
    // 13 is not for this user.
    return ids.filter((id) => id !== 13).map((id) => ({ id, url: `u${id}-${asked.length}`, expires_at }));
  };
  book = new LinkBook({ attachments: { links } } as unknown as ConstructorParameters<typeof LinkBook>[0]);
});
afterEach(() => {
  book.clear();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(100);

it("asks for all files of a screen at once, and for no file twice", async () => {
  const listener = vi.fn();
  for (const id of [1, 2, 3]) book.watch(id, listener);
  await settle();
  book.watch(2, listener);
  await settle();
  expect(asked).toEqual([[1, 2, 3]]);
  expect(book.get(2)).toEqual({ url: "u2-1", isFailed: false });
  expect(listener).toHaveBeenCalledTimes(3);
});

it("asks for a hundred in one request, and no more", async () => {
  for (let id = 100; id < 350; id += 1) book.watch(id, () => undefined);
  await settle();
  expect(asked.map((ids) => ids.length)).toEqual([100, 100, 50]);
});

it("renews a link before it ends while somebody looks at it, and forgets one at which nobody does", async () => {
  book.watch(1, () => undefined);
  book.watch(2, () => undefined)();
  await settle();
  await vi.advanceTimersByTimeAsync(QUARTER_HOUR_MS - 61_000);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked.slice(1)).toEqual([[1]]);
  expect(book.get(1).url).toBe("u1-2");
  expect(book.get(2).url).toBeNull();
});

it("keeps a link that cannot be renewed now, says when there is none, and does not storm", async () => {
  book.watch(1, () => undefined);
  book.watch(13, () => undefined);
  await settle();
  expect(book.get(13)).toEqual({ url: null, isFailed: true });
  isAway = true;
  await vi.advanceTimersByTimeAsync(QUARTER_HOUR_MS);
  expect(book.get(1).url).toBe("u1-1");
  expect(asked.filter((ids) => ids.includes(1)).length).toBeLessThanOrEqual(4);
  isAway = false;
  book.refresh(1);
  await settle();
  expect(book.get(1).url).not.toBe("u1-1");
});
