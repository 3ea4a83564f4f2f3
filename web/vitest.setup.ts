import { configure } from "@testing-library/react";

/** How long a test waits for what a component owes, ms: long enough for a machine that does much else. */
const PATIENCE_MS = 10_000;

configure({ asyncUtilTimeout: PATIENCE_MS });
