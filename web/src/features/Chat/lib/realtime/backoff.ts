import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS, HINT_MAX_MS, HINT_SPREAD_MS } from "./limits.ts";
import type { Random } from "./ports.ts";

/**
 * How long to wait before the next try, in ms: full jitter, so that the clients of a lost node spread out.
 * `failures` counts from 1; `hintMs` is what the server asked for, which is never undercut.
 */
export function backoff(failures: number, random: Random, hintMs = 0): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.max(0, failures - 1));
  const own = random() * ceiling;
  if (hintMs <= 0) return own;
  return Math.max(own, Math.min(hintMs, HINT_MAX_MS) + random() * HINT_SPREAD_MS);
}
