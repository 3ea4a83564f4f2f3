/** The numbers of the realtime core, each with its unit and its reason. */

/** From opening a socket to `hello`: the server itself waits 5 s for `auth`, a slow handshake takes as much again. */
export const HELLO_PATIENCE_MS = 10_000;
/** What a lost connection waits at most before the first retry; each failure doubles it. */
export const BACKOFF_FIRST_MS = 1_000;
/** What it waits at most at all: half a minute, as the protocol says. */
export const BACKOFF_MAX_MS = 30_000;
/** A random part of this is added to what the server asks for, so that its clients do not all come at once. */
export const HINT_SPREAD_MS = 1_000;
/** What a close may ask for at most: a wrong hint must not silence a client for good. */
export const HINT_MAX_MS = 120_000;
/** A socket that lasted this long was a success; one that did not counts as a further failure. */
export const STABLE_MS = 5_000;
/** Where `hello` names no interval: the server's own 25 s. */
export const HEARTBEAT_MS = 25_000;
/** From `ping` to anything at all, before a socket counts as dead. */
export const PONG_PATIENCE_MS = 10_000;
/** The same when the page has just come to life: the user is looking. */
export const WAKE_PATIENCE_MS = 4_000;

/** From `hello` to a conversation's `sync`, before an open log asks for it: the server joins a thousand within this. */
export const SYNC_PATIENCE_MS = 5_000;
/** A resume in which nothing came for this long is asked for again. */
export const RESUME_PATIENCE_MS = 15_000;
/** A log that missed more changes than this reads the newest page instead of having them told one by one. */
export const RESUME_MAX_CHANGES = 500;
/** A log that nobody looks at is followed for this long: going back and forth between conversations costs nothing. */
export const WARM_LOG_MS = 60_000;

/** From a send to its answer, before it is sent again: the server's slowest commits take a few seconds. */
export const ACK_PATIENCE_MS = 10_000;
/** A message that waited for longer than this is not sent without asking: a day later it may say the wrong thing. */
export const OUTBOX_AGE_MS = 24 * 60 * 60 * 1_000;
/** A message that is committed is shown as being sent for this long in tabs that do not follow its conversation. */
export const SENT_KEPT_MS = 5_000;
/** How often the tab that sends looks for what a closed one has stored and could not tell of. */
export const OUTBOX_LOOK_MS = 30_000;
/** The server's limit for a message, in characters. */
export const MESSAGE_MAX_CHARS = 32_768;
/** What the outbox of one user holds at most: more is a program's, not a person's. */
export const OUTBOX_MAX_ENTRIES = 500;

/** Between two words that the user writes: the server drops more. */
export const TYPING_EVERY_MS = 3_000;
/** Between two reading marks of one conversation. */
export const READ_EVERY_MS = 500;
/** An answer of the storage is waited for this long: some browsers never give one. */
export const STORAGE_PATIENCE_MS = 3_000;
/** How many messages are remembered as told, so that a repetition is not told again. */
export const TOLD_MESSAGES = 500;
