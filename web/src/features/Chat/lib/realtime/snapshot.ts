import type { LogSnapshot } from "./types.ts";

/** A conversation of which nothing is loaded yet. */
export const NOTHING_LOADED: LogSnapshot = {
  status: "loading",
  messages: [],
  pending: [],
  hasOlder: false,
  hasNewer: false,
  loading: null,
  reads: new Map(),
  typing: [],
  error: null,
};
