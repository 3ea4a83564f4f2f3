/** What every browser test begins with: servers, people, and a page for each of them. */
import { type BrowserContext, type BrowserContextOptions, test as base, type Page } from "@playwright/test";
import type { Tokens } from "../../src/features/Chat/lib/types.ts";
import { Cluster, type Installation, Standalone } from "./installation.ts";
import { Line } from "./line.ts";
import { Person } from "./people.ts";

export { expect } from "@playwright/test";

/** Where the demo page keeps who is signed in; the clients of the seeds read it too. */
const AUTH_KEY = "auth_data";

/** A person at a browser of their own. */
export interface Seat {
  readonly page: Page;
  readonly context: BrowserContext;
  /** All that the browser exchanges with the servers passes here. */
  readonly line: Line;
  /** Opens another tab of the same browser. */
  newTab(): Promise<Page>;
}

/** How a seat is taken. */
export interface SeatOptions {
  /** Who is signed in already; nobody by default. */
  readonly as?: Person;
  /** The access token to begin with instead of the person's own. */
  readonly access?: string;
  /** Another sign-in than the one that the person acts by. */
  readonly tokens?: Tokens;
  readonly browser?: BrowserContextOptions;
  /** Runs in every page before anything of ours does. */
  readonly script?: () => void;
}

interface Fixtures {
  /** Registers somebody on the installation of the test. */
  newcomer: (name: string) => Promise<Person>;
  /** Opens a browser at the first page. */
  seat: (options?: SeatOptions) => Promise<Seat>;
  /** What the test runs on; `test.use({ on: "cluster" })` changes it. */
  installation: Installation;
  on: "standalone" | "cluster";
}

interface WorkerFixtures {
  standalone: () => Promise<Standalone>;
  cluster: () => Promise<Cluster>;
}

/** Starts at most one a worker, when the first test asks. */
function lazily<T extends Installation>(start: () => Promise<T>) {
  // biome-ignore lint/correctness/noEmptyPattern: the library reads from the pattern what a fixture depends on
  return async ({}, use: (get: () => Promise<T>) => Promise<void>) => {
    let started: Promise<T> | undefined;
    await use(() => {
      started ??= start();
      return started;
    });
    await (await started)?.stop();
  };
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  standalone: [lazily(() => Standalone.start()), { scope: "worker", timeout: 120_000 }],
  cluster: [lazily(() => Cluster.start()), { scope: "worker", timeout: 120_000 }],
  on: ["standalone", { option: true }],
  installation: async ({ on, standalone, cluster }, use) => {
    await use(await (on === "cluster" ? cluster() : standalone()));
  },
  newcomer: async ({ installation }, use) => {
    await use((name) => Person.register(installation.api, name));
  },
  seat: async ({ browser, installation }, use) => {
    const seats: Seat[] = [];
    const faults: string[] = [];
    await use(async (options = {}) => {
      const line = await Line.open(installation);
      const context = await browser.newContext({
        ...options.browser,
        ...(options.as && { storageState: storageOf(options.as, line.url, options) }),
      });
      const seat = { page: await context.newPage(), context, line, newTab: () => context.newPage() };
      seats.push(seat);
      watch(context, faults);
      await prepare(seat, options);
      return seat;
    });
    await Promise.all(seats.map((seat) => seat.context.close()));
    await Promise.all(seats.map((seat) => seat.line.close()));
    if (faults.length > 0) throw new Error(`the pages said:\n${faults.join("\n")}`);
  },
});

async function prepare({ context, page, line }: Seat, options: SeatOptions): Promise<void> {
  if (options.script !== undefined) await context.addInitScript(options.script);
  await page.goto(line.url);
}

/** The storage of a browser in which somebody has signed in before. */
function storageOf({ id, tokens }: Person, origin: string, options: SeatOptions) {
  const { access, refresh } = options.tokens ?? tokens;
  const value = JSON.stringify({ access: options.access ?? access, refresh, user_id: id, id });
  return { cookies: [], origins: [{ origin, localStorage: [{ name: AUTH_KEY, value }] }] };
}

/** What the browser itself says of a network that a test has cut. */
const OF_THE_NETWORK = /Failed to load resource|WebSocket connection to/;

/** No page may throw, complain, or break the server's content security policy, whatever a test is about. */
function watch(context: BrowserContext, faults: string[]): void {
  context.on("weberror", (error) => faults.push(String(error.error().stack ?? error.error())));
  context.on("console", (message) => {
    if (message.type() === "error" && !OF_THE_NETWORK.test(message.text())) faults.push(message.text());
  });
}
