import { describe, expect, it } from "vitest";
import { Model } from "./testing/model.ts";

/** How many runs; `CHAT_MODEL_RUNS` asks for more, `CHAT_MODEL_SEED` for one that has failed. */
const RUNS = Number(process.env.CHAT_MODEL_RUNS ?? 1_000);
const SEED = process.env.CHAT_MODEL_SEED;

describe("the client and the truth", () => {
  it("agree once the network is quiet, and never show what is not so", { timeout: 600_000 }, async () => {
    const seeds = SEED === undefined ? Array.from({ length: RUNS }, (_, at) => at + 1) : [Number(SEED)];
    const failures: string[] = [];
    for (const seed of seeds) {
      try {
        await new Model(seed).run();
      } catch (error) {
        failures.push(`CHAT_MODEL_SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`);
        if (failures.length >= 3) break;
      }
    }
    expect(failures).toEqual([]);
  });
});
