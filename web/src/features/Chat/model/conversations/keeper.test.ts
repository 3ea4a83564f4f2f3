import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ConversationPage, ListQuery } from "../../lib/api/conversations.ts";
import { ApiError } from "../../lib/api/errors.ts";
import type { Conversation } from "../../lib/types.ts";
import { keys } from "../runtime/keys.ts";
import { message, row } from "../testkit.ts";
import { type ListData, ListKeeper } from "./keeper.ts";

let queries: QueryClient;
let page: ReturnType<typeof vi.fn<(query?: ListQuery) => Promise<ConversationPage>>>;
let get: ReturnType<typeof vi.fn<(id: string) => Promise<Conversation>>>;
let keeper: ListKeeper;

beforeEach(() => {
  vi.useFakeTimers();
  queries = new QueryClient();
  page = vi.fn();
  get = vi.fn();
  const conversations = { page, get } as unknown as ConstructorParameters<
    typeof ListKeeper
  >[0]["api"]["conversations"];
  keeper = new ListKeeper({ api: { conversations }, queries, me: () => 1, onRead: () => undefined });
});
afterEach(() => {
  keeper.stop();
  vi.useRealTimers();
});

function shown(): readonly Conversation[] {
  return queries.getQueryData<ListData>(keys.list)?.items ?? [];
}

async function read(...items: Conversation[]): Promise<void> {
  page.mockResolvedValueOnce({ items, next: null });
  queries.setQueryData(keys.list, await keeper.readFirst());
}

it("applies what happened while the page was on its way", async () => {
  let answer: (page: ConversationPage) => void = () => undefined;
  page.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const reading = keeper.readFirst();
  keeper.onEvent({ type: "message:new", message: message("a", 6) });
  keeper.onEvent({ type: "conversation:gone", conversationId: "b" });
  answer({ items: [row("a", { last_seq: 5 }), row("b")], next: null });
  expect((await reading).items).toMatchObject([{ id: "a", last_seq: 6, unread_count: 1 }]);
});

it("does not apply again what an answer knows already", async () => {
  await read(row("a", { last_seq: 6, unread_count: 1 }));
  keeper.onEvent({ type: "message:new", message: message("a", 6) });
  expect(shown()[0]?.unread_count).toBe(1);
});

it("reads a row of which an event says too little once for a burst", async () => {
  await read(row("a"));
  get.mockResolvedValueOnce(row("new", { unread_count: 3 }));
  for (const seq of [1, 2, 3]) keeper.onEvent({ type: "message:new", message: message("new", seq) });
  await vi.advanceTimersByTimeAsync(1000);
  expect(get).toHaveBeenCalledExactlyOnceWith("new");
  expect(shown().find(({ id }) => id === "new")?.unread_count).toBe(3);
});

it("reads a new conversation, of which the frame has not all, and no further", async () => {
  await read();
  get.mockResolvedValue(row("n", { unread_count: 2 }));
  const { my: _my, unread_count: _count, ...frame } = row("n");
  keeper.onEvent({ type: "conversation:new", conversation: frame });
  expect(shown()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(5000);
  expect(get).toHaveBeenCalledTimes(1);
  expect(shown()[0]).toMatchObject({ unread_count: 2, my: { is_hidden: false } });
});

it("drops a row that it may no longer read, and keeps one that it cannot read now", async () => {
  await read(row("a"), row("b"));
  get.mockImplementation(async (id) => {
    throw new ApiError({ status: id === "a" ? 403 : 503, code: "x", message: "x" });
  });
  keeper.reread("a");
  keeper.reread("b");
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown().map(({ id }) => id)).toEqual(["b"]);
});

it("reads page after page, each row once, and not past the end", async () => {
  page.mockResolvedValueOnce({ items: [row("a"), row("b")], next: "c1" });
  queries.setQueryData(keys.list, await keeper.readFirst());
  page.mockResolvedValueOnce({ items: [row("b"), row("c")], next: null });
  await keeper.readMore();
  await keeper.readMore();
  expect(page.mock.calls.map(([query]) => query?.cursor)).toEqual([undefined, "c1"]);
  expect(shown().map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

it("does not mix a late page into a list that was read anew", async () => {
  page.mockResolvedValueOnce({ items: [row("a")], next: "c1" });
  queries.setQueryData(keys.list, await keeper.readFirst());
  let answer: (page: ConversationPage) => void = () => undefined;
  page.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const more = keeper.readMore();
  queries.setQueryData(keys.list, { items: [row("z")], next: "c2" });
  answer({ items: [row("b")], next: null });
  await more;
  expect(queries.getQueryData(keys.list)).toMatchObject({ items: [{ id: "z" }], next: "c2" });
});
