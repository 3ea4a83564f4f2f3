import config from "./playwright.config.ts";

/** `npm run screenshots`: pictures of the main screens into `screenshots/`, for people to look at. */
export default { ...config, testMatch: "screenshots.ts", outputDir: "test-results" };
