/** Why a socket ended, and what that means for coming back; the table stands in `docs/protocol.md`. */
export interface Closing {
  /** `done`: never. `token`: with another token. `later`: after a pause, resuming. */
  readonly comeBack: "done" | "token" | "later";
  /** What the server asks to wait at least, in ms. */
  readonly hintMs: number;
}

/** Both sides are done. */
export const CLOSE_NORMAL = 1000;
/** The token is bad, has run out, or was revoked. */
export const CLOSE_TOKEN = 4401;
/** The client says so when a socket has fallen silent; the server never does. */
export const CLOSE_SILENT = 4000;
/** The client sent something that the protocol does not know; coming back at once would not change that. */
const CLOSE_PROTOCOL = 4400;
/** Too many frames. */
const CLOSE_LIMIT = 4429;
/** Where the server names no time but the same again would meet the same answer. */
const SLOWER_MS = 5_000;

/** What a close code and its reason say. A reason that is not the server's JSON says nothing. */
export function readClosing(code: number, reason: string): Closing {
  if (code === CLOSE_NORMAL) return { comeBack: "done", hintMs: 0 };
  if (code === CLOSE_TOKEN) return { comeBack: "token", hintMs: 0 };
  const hinted = hintOf(reason);
  const slower = code === CLOSE_PROTOCOL || code === CLOSE_LIMIT ? SLOWER_MS : 0;
  return { comeBack: "later", hintMs: Math.max(hinted, slower) };
}

function hintOf(reason: string): number {
  if (!reason.startsWith("{")) return 0;
  try {
    const value = (JSON.parse(reason) as { reconnect_after_ms?: unknown }).reconnect_after_ms;
    return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
  } catch {
    return 0;
  }
}
