import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ANNOUNCEMENT_PAUSE, type Announcement, Announcer } from "./announcer.ts";

describe("announcements", () => {
  const said: Announcement[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    said.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("the first is said at once, what follows within a second together", () => {
    const announcer = new Announcer((announcement) => said.push(announcement));
    announcer.add("Аня");
    announcer.add("Борис");
    announcer.add("Аня");
    announcer.add("Борис");
    expect(said).toEqual([{ count: 1, names: ["Аня"] }]);
    vi.advanceTimersByTime(ANNOUNCEMENT_PAUSE);
    expect(said.at(-1)).toEqual({ count: 3, names: ["Борис", "Аня"] });
  });

  test("a flood is said once a second", () => {
    const announcer = new Announcer((announcement) => said.push(announcement));
    for (let at = 0; at < 5000; at += 50) {
      announcer.add("Аня");
      vi.advanceTimersByTime(50);
    }
    expect(said.length).toBeLessThanOrEqual(6);
    expect(said.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(80);
  });

  test("after silence the next is said at once again", () => {
    const announcer = new Announcer((announcement) => said.push(announcement));
    announcer.add("Аня");
    vi.advanceTimersByTime(2 * ANNOUNCEMENT_PAUSE);
    announcer.add("Борис");
    expect(said).toEqual([
      { count: 1, names: ["Аня"] },
      { count: 1, names: ["Борис"] },
    ]);
  });

  test("stopped, it says nothing more", () => {
    const announcer = new Announcer((announcement) => said.push(announcement));
    announcer.add("Аня");
    announcer.add("Борис");
    announcer.stop();
    vi.advanceTimersByTime(5 * ANNOUNCEMENT_PAUSE);
    expect(said).toHaveLength(1);
  });
});
