/** How long the page's main thread is busy, in CPU time: a machine that is busy with something else takes none of it. */
import { expect, type Page, test } from "@playwright/test";

/** From here on the browsers call a task long: somebody who waits for it feels that, ms. */
const LONG_TASK_MS = 50;

const US_PER_MS = 1000;

/** The categories in which Chromium notes the tasks of a thread, and how its threads are called. */
const CATEGORIES = ["disabled-by-default-devtools.timeline", "__metadata"];

/** What is read of an entry of the trace. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** CPU time of the thread, µs. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Fails when a task of the main thread takes 50 ms of CPU time or more while `step` runs; prints the figures, and keeps
 * them with the test's results. */
export async function expectShortTasks(page: Page, what: string, step: () => Promise<void>): Promise<void> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("a page of a browser that was launched");
  await browser.startTracing(page, { categories: CATEGORIES });
  const began = performance.now();
  let trace: Buffer;
  try {
    await step();
  } finally {
    trace = await browser.stopTracing();
  }
  const tasks = mainThreadTasks(JSON.parse(trace.toString()).traceEvents);
  const took = Math.round(performance.now() - began);
  const [longest = 0] = tasks;
  expect(longest, "CPU time in the trace").toBeGreaterThan(0);
  const sum = Math.round(tasks.reduce((all, each) => all + each, 0));
  const description = `${what}: ${took} ms, ${tasks.length} tasks, ${sum} ms of CPU, the longest ${longest.toFixed(1)} ms`;
  test.info().annotations.push({ type: "figures", description });
  process.stdout.write(`    ${description}\n`);
  expect(longest, what).toBeLessThan(LONG_TASK_MS);
}

/** CPU time of every task, ms, the longest first. Of every page that the browser has: those of one test. */
function mainThreadTasks(events: readonly TraceEvent[]): number[] {
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const main = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain").map(thread),
  );
  return events
    .filter((event) => event.name === "RunTask" && main.has(thread(event)))
    .map(({ tdur = 0 }) => tdur / US_PER_MS)
    .sort((a, b) => b - a);
}
