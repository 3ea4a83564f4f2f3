import type { Message, MessageId, Seq, UserId } from "../../types.ts";
import type { MessageFrame, RoomFrame } from "../frames.ts";
import type { HistoryPlace } from "../types.ts";
import { messageAt } from "./messages.ts";

/** A frame that tells of a change; its `seq` is always there. */
export type ChangeFrame = (MessageFrame | RoomFrame) & { readonly seq: Seq };

interface Row {
  message: Message;
  changed: Seq;
  isDeleted: boolean;
  /** What was said at first; tells sends apart whatever was edited later. */
  readonly firstText: string;
}

interface Person {
  isIn: boolean;
  changed: Seq;
}

/** What a database knows of one conversation: every change takes the next number. */
export class Room {
  readonly id: string;
  head: Seq = 0;
  readonly rows: Row[] = [];
  readonly people = new Map<UserId, Person>();
  /** Every change as it was told live, by number. */
  readonly told: ChangeFrame[] = [];
  readonly reads = new Map<UserId, Seq>();
  #renamed: Seq = 0;

  constructor(id: string) {
    this.id = id;
  }

  isIn(user: UserId): boolean {
    return this.people.get(user)?.isIn === true;
  }

  say(sender: UserId, text: string, clientId: string | null): Row {
    const seq = this.#next();
    const message = messageAt(seq, {
      id: `${this.id}-${seq}`,
      conversation_id: this.id,
      sender_id: sender,
      text,
      client_id: clientId,
    });
    const row = { message, changed: seq, isDeleted: false, firstText: text };
    this.rows.push(row);
    this.told.push({ type: "message:new", seq, payload: message });
    return row;
  }

  edit(row: Row): void {
    if (row.isDeleted) return;
    const seq = this.#next();
    row.message = { ...row.message, text: `${row.firstText} @${seq}`, is_edited: true };
    row.changed = seq;
    this.told.push({ type: "message:edited", seq, payload: row.message });
  }

  delete(row: Row): void {
    if (row.isDeleted) return;
    const seq = this.#next();
    row.isDeleted = true;
    row.changed = seq;
    this.told.push({ ...this.#deletion(row), seq });
  }

  rename(): void {
    const seq = this.#next();
    this.#renamed = seq;
    this.told.push({ type: "conversation:updated", seq, payload: { id: this.id } as never });
  }

  setIn(user: UserId, isIn: boolean): void {
    if (this.isIn(user) === isIn) return;
    const seq = this.#next();
    this.people.set(user, { isIn, changed: seq });
    this.told.push({ ...this.#standing(user, isIn), seq });
  }

  /** A page of new messages born after `after`, up to `head`, in whatever state they are in now. */
  newMessages(after: Seq, head: Seq, limit: number): ChangeFrame[] {
    const born = this.rows.filter(({ message }) => message.seq > after && message.seq <= head);
    return born.slice(0, limit).map((row) => this.#frameOf(row, row.message.seq, "message:new"));
  }

  /** What else has changed after `after`, up to `head`; a row that changes past `head` meanwhile is left out. */
  otherChanges(after: Seq, head: Seq): ChangeFrame[] {
    const isMeant = (changed: Seq) => changed > after && changed <= head;
    const changes = this.rows
      .filter(({ message, changed }) => isMeant(changed) && message.seq <= after)
      .map((row) => this.#frameOf(row, row.changed, "message:edited"));
    for (const [user, { isIn, changed }] of this.people) {
      if (isMeant(changed)) changes.push({ ...this.#standing(user, isIn), seq: changed });
    }
    if (isMeant(this.#renamed)) {
      changes.push({ type: "conversation:updated", seq: this.#renamed, payload: { id: this.id } as never });
    }
    return changes.sort((a, b) => a.seq - b.seq);
  }

  /** What history shows now. */
  page(where: HistoryPlace, limit: number): Message[] {
    const all = this.messages();
    if (where.kind === "newest") return all.slice(-limit);
    const older = all.filter(({ seq }) => seq < where.seq);
    const newer = all.filter(({ seq }) => (where.kind === "after" ? seq > where.seq : seq >= where.seq));
    if (where.kind === "before") return older.slice(-limit);
    if (where.kind === "after") return newer.slice(0, limit);
    const half = Math.floor(limit / 2);
    return [...older.slice(-half), ...newer.slice(0, limit - half)];
  }

  /** What was said and not deleted, ascending. */
  messages(): Message[] {
    return this.rows.filter(({ isDeleted }) => !isDeleted).map(({ message }) => message);
  }

  find(id: MessageId): Row | undefined {
    return this.rows.find(({ message }) => message.id === id);
  }

  #next(): Seq {
    this.head += 1;
    return this.head;
  }

  #frameOf(row: Row, seq: Seq, type: "message:new" | "message:edited"): ChangeFrame {
    return row.isDeleted ? { ...this.#deletion(row), seq } : { type, seq, payload: row.message };
  }

  #deletion({ message }: Row) {
    const payload = { id: message.id, conversation_id: this.id, message_seq: message.seq };
    return { type: "message:deleted" as const, payload };
  }

  #standing(user: UserId, isIn: boolean) {
    if (!isIn) {
      return { type: "participant:removed" as const, payload: { conversation_id: this.id, user_id: user } };
    }
    const participant = { user_id: user, role: "member" } as never;
    return { type: "participant:added" as const, payload: { conversation_id: this.id, participant } };
  }
}

/** Everything that is committed. What happens to it is told to whoever listens, once. */
export class Truth {
  readonly rooms = new Map<string, Room>();
  readonly tokens = new Set<string>(["token-0"]);
  #tokens = 0;
  readonly #listeners = new Set<(room: Room, change: ChangeFrame) => void>();
  readonly #sent = new Map<string, Row>();

  get token(): string {
    return `token-${this.#tokens}`;
  }

  /** Ends the token in use; {@link Truth.token} is the next one from now on. */
  revoke(): void {
    this.tokens.delete(this.token);
    this.#tokens += 1;
    this.tokens.add(this.token);
  }

  listen(listener: (room: Room, change: ChangeFrame) => void): void {
    this.#listeners.add(listener);
  }

  room(id: string): Room {
    const room = this.rooms.get(id) ?? new Room(id);
    this.rooms.set(id, room);
    return room;
  }

  /** Changes a conversation and tells of what was committed. */
  commit<T>(room: Room, change: (room: Room) => T): T {
    const before = room.told.length;
    const result = change(room);
    for (const told of room.told.slice(before)) for (const listener of this.#listeners) listener(room, told);
    return result;
  }

  hasSent(sender: UserId, clientId: string): boolean {
    return this.#sent.has(`${sender}/${clientId}`);
  }

  /** Commits a send, or finds what it became the first time. */
  send(room: Room, sender: UserId, text: string, clientId: string): Row {
    const name = `${sender}/${clientId}`;
    const known = this.#sent.get(name);
    if (known !== undefined) return known;
    const row = this.commit(room, () => {
      const said = room.say(sender, text, clientId);
      this.#sent.set(name, said);
      return said;
    });
    return row;
  }
}
