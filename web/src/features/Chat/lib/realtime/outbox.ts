import type { Readable } from "../store.ts";
import type { ConversationId, Message, MessageId, UserId } from "../types.ts";
import { backoff } from "./backoff.ts";
import { Entries, type Entry } from "./entries.ts";
import type { ClientFrame, ErrorFrame, MessageAck, NewMessage } from "./frames.ts";
import {
  ACK_PATIENCE_MS,
  MESSAGE_MAX_CHARS,
  OUTBOX_AGE_MS,
  OUTBOX_LOOK_MS,
  OUTBOX_MAX_ENTRIES,
  SENT_KEPT_MS,
} from "./limits.ts";
import type { Landing, Outgoing } from "./pending.ts";
import type { Cancel, Clock, Random, Tabs } from "./ports.ts";
import type { Draft, KeyValueStorage, OutboxEntry } from "./types.ts";

/** What an outbox needs. */
export interface OutboxPorts {
  readonly storage: KeyValueStorage;
  readonly tabs: Tabs;
  readonly clock: Clock;
  readonly random: Random;
  newId(): string;
  /** Hands a frame to the socket; `false` when there is none. */
  send(frame: ClientFrame): boolean;
  isOnline(): boolean;
  /** An answer is overdue: the socket may be dead. */
  check(): void;
  /** Whether a log of this tab is still to bring the message that an entry has become. */
  isAwaited(conversation: ConversationId, landing: Landing): boolean;
}

/** What this tab knows of a send beside its entry. */
interface Attempt {
  failures: number;
  /** This tab's socket has carried it, and the answer is still to come. */
  isUnderWay: boolean;
  /** Not before this, ms since 1970. */
  notBefore: number;
  /** Rings when an answer is overdue, a pause is over, or a sent entry was kept long enough. */
  alarm: Cancel | null;
}

/**
 * Sends messages until the server has them: each under one name for ever, so that sending again is harmless; those of
 * one conversation one after the other, so that they keep their order. Of all tabs one sends. What waits survives a
 * reload; what waited for too long is not sent without asking.
 */
export class Outbox implements Outgoing {
  readonly #ports: OutboxPorts;
  readonly #entries: Entries;
  readonly #attempts = new Map<string, Attempt>();
  /** Written here, and not taken by the tab that sends: it may be asleep. */
  readonly #overdue = new Set<string>();
  #isLeading = false;
  #endLead: Cancel = () => undefined;
  #endLook: Cancel = () => undefined;
  #era = 0;
  #lastOrder = 0;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#entries = new Entries(ports.storage, ports.tabs);
    // What another tab wrote or finished may be this tab's turn to go on.
    this.#entries.list.subscribe(() => {
      for (const id of [...this.#attempts.keys()]) if (this.#entries.get(id) === undefined) this.#forget(id);
      this.#flush();
    });
  }

  get list(): Readable<readonly OutboxEntry[]> {
    return this.#entries.list;
  }

  of(conversation: ConversationId): readonly Entry[] {
    return this.#entries.list.getSnapshot().filter((entry) => entry.conversationId === conversation);
  }

  landing(clientId: string): Landing | null {
    return this.#entries.landing(clientId);
  }

  start(user: UserId): void {
    this.stop();
    const era = this.#era;
    const open = this.#entries.open(user);
    // A storage that cannot be read holds nothing to send.
    const opened = open.catch(() => undefined);
    this.#endLead = this.#ports.tabs.lead(`outbox/${user}`, () => {
      void opened.then(() => this.#look(era));
    });
  }

  stop(): void {
    this.#era += 1;
    this.#isLeading = false;
    this.#endLook();
    this.#endLook = () => undefined;
    this.#endLead();
    this.#endLead = () => undefined;
    for (const clientId of [...this.#attempts.keys()]) this.#forget(clientId);
    this.#overdue.clear();
    this.#entries.close();
  }

  /** Takes a message; it is sent as soon as that is possible. */
  add(draft: Draft): string {
    const now = this.#ports.clock.now();
    this.#lastOrder = Math.max(this.#lastOrder + 1, now);
    const entry: Entry = {
      clientId: draft.clientId ?? this.#ports.newId(),
      conversationId: draft.conversationId,
      text: draft.text,
      reply: draft.reply ?? null,
      mentions: draft.mentions ?? [],
      attachments: draft.attachments ?? [],
      createdAt: now,
      state: "queued",
      order: this.#lastOrder,
      askedAt: now,
      revision: 0,
    };
    const refusal = this.#refusalOf(entry);
    this.#entries.put(refusal === null ? entry : failed(entry, refusal, ""));
    if (!this.#isLeading && refusal === null) this.#watch(entry.clientId);
    return entry.clientId;
  }

  /** Sends what has failed once more, under its name. */
  retry(clientId: string): void {
    const entry = this.#entries.get(clientId);
    if (entry?.state !== "failed") return;
    const { error: _, ...rest } = entry;
    this.#forget(clientId);
    this.#entries.put({ ...rest, state: "queued", askedAt: this.#ports.clock.now() });
    if (!this.#isLeading) this.#watch(clientId);
  }

  /** Gives up what is not on its way. */
  discard(clientId: string): void {
    const { state } = this.#entries.get(clientId) ?? {};
    if (state !== "queued" && state !== "failed") return;
    this.#forget(clientId);
    this.#entries.remove(clientId, null);
  }

  onHello(): void {
    this.#flush();
  }

  /** What was sent and not answered may be lost: it is sent again. */
  onLost(): void {
    for (const entry of this.#entries.list.getSnapshot()) {
      if (entry.state === "sending" && this.#isUnderWay(entry)) {
        this.#forget(entry.clientId);
        this.#entries.put({ ...entry, state: "queued" });
      }
    }
  }

  onAck(ack: MessageAck): void {
    const entry = this.#entries.get(ack.client_id);
    if (entry === undefined) return;
    this.#forget(entry.clientId);
    const { error: _, ...rest } = entry;
    this.#entries.put({ ...rest, state: "sent", landed: { id: ack.id, seq: ack.seq } });
    this.#keepSent(entry.clientId);
  }

  /** An error frame; whether it was about a send. */
  onError(error: ErrorFrame): boolean {
    if (typeof error.client_id !== "string") {
      // The server does not look into frames beyond its rate: whatever was on its way may be what it dropped.
      if (error.code === "rate_limited") this.#postponeAll();
      return false;
    }
    const entry = this.#entries.get(error.client_id);
    if (entry === undefined || entry.state === "sent") return true;
    if (error.retryable === true) this.#postpone(entry);
    else {
      this.#forget(entry.clientId);
      this.#entries.put(failed(entry, error.code, error.message));
    }
    return true;
  }

  /** An own message was told of, or read: whatever became of its entry, it has landed. */
  onLanded(clientId: string, landing: Landing): void {
    this.#forget(clientId);
    this.#entries.remove(clientId, { id: landing.id, seq: landing.seq });
  }

  onMessage(message: Message, me: UserId): void {
    if (message.sender_id !== me || typeof message.client_id !== "string") return;
    this.onLanded(message.client_id, message);
  }

  /** A message is gone: so is the entry that it was. */
  onDeleted(id: MessageId): void {
    const entry = this.#entries.list.getSnapshot().find(({ landed }) => landed?.id === id);
    if (entry?.landed !== undefined) this.onLanded(entry.clientId, entry.landed);
  }

  /** Reads what other tabs have stored, now and then: a tab that was closed at once may have told nobody. */
  async #look(era: number): Promise<void> {
    await this.#entries.load().catch(() => undefined);
    if (era !== this.#era) return;
    this.#lead();
    this.#endLook = this.#ports.clock.after(OUTBOX_LOOK_MS, () => void this.#look(era));
  }

  #lead(): void {
    this.#isLeading = true;
    this.#overdue.clear();
    for (const entry of this.#entries.list.getSnapshot()) {
      if (this.#isUnderWay(entry)) continue;
      // The tab that was sending it is gone.
      if (entry.state === "sending") this.#entries.put({ ...entry, state: "queued" });
      else if (entry.state === "sent" && !this.#attempts.has(entry.clientId)) this.#keepSent(entry.clientId);
    }
    this.#flush();
  }

  /** Sends what may be sent now: of each conversation the first that waits, unless one is on its way. */
  #flush(): void {
    const busy = new Set<ConversationId>();
    for (const { clientId } of this.#entries.list.getSnapshot()) {
      const entry = this.#entries.get(clientId);
      if (entry === undefined || (entry.state !== "queued" && entry.state !== "sending")) continue;
      if (busy.has(entry.conversationId)) continue;
      if (entry.state === "sending" || !this.#trySend(entry)) busy.add(entry.conversationId);
    }
  }

  /** Whether the next one may go: this one does not wait any more. */
  #trySend(entry: Entry): boolean {
    const { clock } = this.#ports;
    if (!this.#isLeading && !this.#overdue.has(entry.clientId)) return false;
    if (clock.now() - entry.askedAt > OUTBOX_AGE_MS) {
      this.#forget(entry.clientId);
      this.#entries.put(failed(entry, "expired", ""));
      return true;
    }
    const attempt = this.#attempt(entry.clientId);
    if (attempt.notBefore > clock.now() || !this.#ports.isOnline()) return false;
    attempt.isUnderWay = true;
    this.#alarm(entry.clientId, ACK_PATIENCE_MS, () => {
      const waiting = this.#entries.get(entry.clientId);
      if (waiting?.state === "sending") this.#postpone(waiting);
      this.#ports.check();
    });
    this.#entries.put({ ...entry, state: "sending" });
    this.#ports.send({ type: "message:new", payload: payloadOf(entry) });
    return false;
  }

  /** Waits, longer each time, and sends it again. */
  #postpone(entry: Entry): void {
    const { clock, random } = this.#ports;
    const attempt = this.#attempt(entry.clientId);
    attempt.failures += 1;
    attempt.isUnderWay = false;
    const pause = backoff(attempt.failures, random);
    attempt.notBefore = clock.now() + pause;
    this.#alarm(entry.clientId, pause, () => this.#flush());
    this.#entries.put({ ...entry, state: "queued" });
  }

  #postponeAll(): void {
    for (const entry of this.#entries.list.getSnapshot()) {
      if (entry.state === "sending" && this.#isUnderWay(entry)) this.#postpone(entry);
    }
  }

  /** A log that follows the conversation says when the message is there; otherwise nobody looks for long. */
  #keepSent(clientId: string): void {
    this.#alarm(clientId, SENT_KEPT_MS, () => {
      const entry = this.#entries.get(clientId);
      if (entry?.landed === undefined) return;
      if (this.#ports.isAwaited(entry.conversationId, entry.landed)) this.#keepSent(clientId);
      else this.onLanded(clientId, entry.landed);
    });
  }

  /** The tab that sends may be asleep, and nobody tells: after a while this tab sends what was written in it. */
  #watch(clientId: string): void {
    this.#alarm(clientId, ACK_PATIENCE_MS, () => {
      if (this.#entries.get(clientId)?.state !== "queued") return;
      this.#overdue.add(clientId);
      this.#flush();
    });
  }

  #refusalOf(entry: Entry): string | null {
    const { text } = entry;
    if (text.length > MESSAGE_MAX_CHARS && [...text].length > MESSAGE_MAX_CHARS) return "invalid";
    return this.#entries.list.getSnapshot().length >= OUTBOX_MAX_ENTRIES ? "outbox_full" : null;
  }

  #isUnderWay(entry: Entry): boolean {
    return this.#attempts.get(entry.clientId)?.isUnderWay === true;
  }

  #attempt(clientId: string): Attempt {
    const fresh = { failures: 0, isUnderWay: false, notBefore: 0, alarm: null };
    const attempt = this.#attempts.get(clientId) ?? fresh;
    this.#attempts.set(clientId, attempt);
    return attempt;
  }

  #alarm(clientId: string, ms: number, ring: () => void): void {
    const attempt = this.#attempt(clientId);
    attempt.alarm?.();
    attempt.alarm = this.#ports.clock.after(ms, ring);
  }

  #forget(clientId: string): void {
    this.#attempts.get(clientId)?.alarm?.();
    this.#attempts.delete(clientId);
    this.#overdue.delete(clientId);
  }
}

function failed(entry: Entry, code: string, message: string): Entry {
  return { ...entry, state: "failed", error: { code, message } };
}

function payloadOf(entry: Entry): NewMessage {
  return {
    conversation_id: entry.conversationId,
    text: entry.text,
    client_id: entry.clientId,
    ...(entry.reply === null ? {} : { reply_to: entry.reply.id }),
    ...(entry.mentions.length === 0 ? {} : { mentions: [...entry.mentions] }),
    ...(entry.attachments.length === 0 ? {} : { attachment_ids: entry.attachments.map(({ id }) => id) }),
  };
}
