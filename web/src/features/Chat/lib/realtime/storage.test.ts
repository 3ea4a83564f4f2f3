import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BrowserStorage, MemoryStorage } from "./storage.ts";
import { FakeClock, settled } from "./testing/clock.ts";
import type { KeyValueStorage } from "./types.ts";

async function keepsPairs(storage: KeyValueStorage): Promise<void> {
  await storage.set("a/2", { text: "second" });
  await storage.set("a/1", { text: "first" });
  await storage.set("b/1", "other");
  expect(await storage.get("a/1")).toEqual({ text: "first" });
  expect(await storage.list("a/")).toEqual([
    ["a/1", { text: "first" }],
    ["a/2", { text: "second" }],
  ]);
  await storage.delete("a/1");
  expect(await storage.get("a/1")).toBeUndefined();
}

describe("a storage", () => {
  beforeEach(() => {
    vi.stubGlobal("indexedDB", new IDBFactory());
  });
  afterEach(() => vi.unstubAllGlobals());

  it("keeps pairs in memory, as they were when they were stored", async () => {
    const storage = new MemoryStorage();
    await keepsPairs(storage);
    const value = { text: "before" };
    await storage.set("c", value);
    value.text = "after";
    expect(await storage.get("c")).toEqual({ text: "before" });
    expect(storage.isDurable).toBe(false);
  });

  it("keeps pairs in the browser, also for the next page", async () => {
    const storage = new BrowserStorage("chat", new FakeClock());
    await keepsPairs(storage);
    expect(storage.isDurable).toBe(true);
    expect(await new BrowserStorage("chat", new FakeClock()).get("a/2")).toEqual({ text: "second" });
  });

  it("goes on in memory where the browser's is missing", async () => {
    vi.stubGlobal("indexedDB", undefined);
    const storage = new BrowserStorage("chat", new FakeClock());
    await keepsPairs(storage);
    expect(storage.isDurable).toBe(false);
  });

  it("goes on in memory where the browser's throws", async () => {
    vi.stubGlobal("indexedDB", {
      open: () => {
        throw new DOMException("blocked", "SecurityError");
      },
    });
    const storage = new BrowserStorage("chat", new FakeClock());
    await keepsPairs(storage);
    expect(storage.isDurable).toBe(false);
  });

  it("goes on in memory, with what it has, where the browser's never answers", async () => {
    vi.stubGlobal("indexedDB", { open: () => new EventTarget() });
    const clock = new FakeClock();
    const storage = new BrowserStorage("chat", clock);
    const stored = storage.set("a", 1);
    await settled();
    await clock.pass(3_000);
    await stored;
    expect(storage.isDurable).toBe(false);
    expect(await storage.get("a")).toBe(1);
  });
});
