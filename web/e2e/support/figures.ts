/** How long the page's main thread was busy, for the record: a busy machine makes a threshold useless here. */
import type { Page } from "@playwright/test";
import { test } from "@playwright/test";

declare global {
  interface Window {
    /** Tasks that took 50 ms or more, by their length, ms. */
    longTasks?: number[];
  }
}

/** Runs in the page, before anything of ours does. */
export function startLongTasks(): void {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longTasks?.push(entry.duration);
  }).observe({ type: "longtask" });
}

/** Prints the long tasks of what `step` does, and keeps them with the test's results. */
export async function figures(page: Page, what: string, step: () => Promise<void>): Promise<void> {
  await page.evaluate(() => {
    window.longTasks = [];
  });
  const began = performance.now();
  await step();
  const tasks = await page.evaluate(() => window.longTasks ?? []);
  const longest = Math.round(Math.max(0, ...tasks));
  const took = Math.round(performance.now() - began);
  const description = `${what}: ${took} ms, ${tasks.length} tasks of 50 ms or more, the longest ${longest} ms`;
  test.info().annotations.push({ type: "figures", description });
  process.stdout.write(`    ${description}\n`);
}
