import type { OutboxEntry } from "../../lib/realtime/types.ts";
import type { Message, MessageId, Seq, UserId } from "../../lib/types.ts";

/** Messages of one sender stand together while no more than this lies between two of them, in ms: five minutes. */
export const GROUP_GAP = 5 * 60 * 1000;

/** What stands above a message: moving it never moves the message itself (see `MessageList`). */
interface RowTop {
  /** The same for a message on its way and for what it becomes, so that its row is never made anew. */
  readonly key: string;
  /** The local day that begins here, as the ms of its midnight; `null` within a day. */
  readonly day: number | null;
  /** Whether "new messages" stands above it. */
  readonly isUnreadStart: boolean;
  /** First of a group: shows who says it. */
  readonly isGroupStart: boolean;
  /** Last of a group: shows the picture. */
  readonly isGroupEnd: boolean;
}

export interface MessageRow extends RowTop {
  readonly kind: "message";
  readonly message: Message;
  readonly isOwn: boolean;
}

export interface PendingRow extends RowTop {
  readonly kind: "pending";
  readonly entry: OutboxEntry;
}

/** A row of the list: a message, or one on its way. */
export type Row = MessageRow | PendingRow;

export interface TimelineInput {
  readonly messages: readonly Message[];
  readonly pending: readonly OutboxEntry[];
  readonly me: UserId | null;
  /** Above which message "new messages" stands. */
  readonly unreadFrom: MessageId | null;
}

/** What one row needs to know of its neighbour. */
interface Said {
  readonly at: number;
  readonly day: number;
  /** `null`: stands alone, as what the system says does. */
  readonly sender: UserId | "me" | null;
}

/** Rows in the order of the conversation, with days, groups and the unread mark worked out. */
export function buildTimeline({ messages, pending, me, unreadFrom }: TimelineInput): Row[] {
  const said = [...messages.map((message) => saidBy(message, me)), ...pending.map(saidByMe)];
  const isUnreadStart = (index: number) => unreadFrom !== null && messages[index]?.id === unreadFrom;
  const isJoined = (index: number) => !isUnreadStart(index) && areTogether(said[index - 1], said[index]);
  return said.map((own, index): Row => {
    const message = messages[index];
    const top = {
      day: own.day === said[index - 1]?.day ? null : own.day,
      isUnreadStart: isUnreadStart(index),
      isGroupStart: !isJoined(index),
      isGroupEnd: index + 1 >= said.length || !isJoined(index + 1),
    };
    if (message !== undefined) {
      return {
        kind: "message",
        key: messageKey(message, me),
        message,
        isOwn: message.sender_id === me,
        ...top,
      };
    }
    const entry = pending[index - messages.length] as OutboxEntry;
    return { kind: "pending", key: pendingKey(entry.clientId), entry, ...top };
  });
}

/** The key of the row that an own message has from the moment it is sent. */
export function pendingKey(clientId: string): string {
  return `own:${clientId}`;
}

function messageKey(message: Message, me: UserId | null): string {
  const isNamed = message.sender_id === me && message.client_id !== undefined && message.client_id !== null;
  return isNamed ? pendingKey(message.client_id as string) : message.id;
}

function areTogether(before: Said | undefined, after: Said | undefined): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    before.sender !== null &&
    before.sender === after.sender &&
    before.day === after.day &&
    Math.abs(after.at - before.at) <= GROUP_GAP
  );
}

function saidBy(message: Message, me: UserId | null): Said {
  const { at, day } = momentOf(message);
  if (message.kind === "system") return { at, day, sender: null };
  return { at, day, sender: message.sender_id === me ? "me" : message.sender_id };
}

function saidByMe(entry: OutboxEntry): Said {
  return { at: entry.createdAt, day: startOfDay(entry.createdAt), sender: "me" };
}

/** Parsing dates is most of the work of a long list, and a message's own never changes. */
const moments = new WeakMap<Message, { at: number; day: number }>();

function momentOf(message: Message): { at: number; day: number } {
  const known = moments.get(message);
  if (known !== undefined) return known;
  const at = Date.parse(message.created_at);
  const moment = { at, day: startOfDay(at) };
  moments.set(message, moment);
  return moment;
}

/** The local midnight before a moment, ms since 1970: days of 23 and 25 hours come out right. */
export function startOfDay(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** The first message by somebody else that is above the user's reading mark; the system's are never unread. */
export function firstUnread(
  messages: readonly Message[],
  me: UserId | null,
  readUpTo: Seq,
): MessageId | null {
  const found = messages.find((message) => message.seq > readUpTo && isByOther(message, me));
  return found?.id ?? null;
}

/** How many messages by others there are above `seq`. */
export function countAbove(messages: readonly Message[], me: UserId | null, seq: Seq): number {
  let count = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message === undefined || message.seq <= seq) break;
    if (isByOther(message, me)) count += 1;
  }
  return count;
}

/** Said by a person who is not the user, and not taken back. */
export function isByOther(message: Message, me: UserId | null): boolean {
  return message.sender_id !== me && message.kind !== "system" && !isDeleted(message);
}

export function isDeleted(message: Message): boolean {
  return message.deleted_at !== undefined && message.deleted_at !== null;
}

/** The rows of `after`, each being the object of `before` where nothing about it has changed: what memoised rows need. */
export function keepEqual(before: readonly Row[], after: readonly Row[]): Row[] {
  const known = new Map(before.map((row) => [row.key, row]));
  return after.map((row) => {
    const old = known.get(row.key);
    return old !== undefined && isEqual(old, row) ? old : row;
  });
}

function isEqual(one: Row, other: Row): boolean {
  const isSameBody =
    one.kind === "message"
      ? other.kind === "message" && one.message === other.message && one.isOwn === other.isOwn
      : other.kind === "pending" && one.entry === other.entry;
  return (
    isSameBody &&
    one.day === other.day &&
    one.isUnreadStart === other.isUnreadStart &&
    one.isGroupStart === other.isGroupStart &&
    one.isGroupEnd === other.isGroupEnd
  );
}

/** What stands above the message within its row: its height may change when older messages come. */
export function topOf(row: Row): string {
  return `${row.day ?? ""}|${row.isUnreadStart}|${row.isGroupStart}`;
}
