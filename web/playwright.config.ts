import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig, devices } from "@playwright/test";

/** Browsers of the machine, by the names that they are installed under; `make test` installs the first on Debian. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** The whole suite shares two cores with the servers under test. */
const WORKERS = 2;

/** A test of the longest story, servers started cold, on a busy machine, ms. */
const TEST_MS = 90_000;

/** How long something that the page owes may take, ms: a resume after a killed gateway is the slowest of it. */
const EXPECT_MS = 15_000;

/** `CHAT_TEST_BROWSER`, or what the machine has; `undefined` is the one that Playwright downloaded. */
function browser(): string | undefined {
  if (process.env.CHAT_TEST_BROWSER !== undefined) return process.env.CHAT_TEST_BROWSER;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
}

const executablePath = browser();

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: WORKERS,
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  timeout: TEST_MS,
  expect: { timeout: EXPECT_MS },
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    // Most of the texts that the contracts fix are Russian.
    locale: "ru-RU",
    timezoneId: "Asia/Bishkek",
    actionTimeout: EXPECT_MS,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: executablePath === undefined ? {} : { executablePath },
  },
});
