import type { Seq, UserId } from "../../types.ts";
import type { ClientFrame, NewMessage, ServerFrame } from "../frames.ts";
import type { Clock, Socket, SocketEvents } from "../ports.ts";
import type { Prng } from "./prng.ts";
import type { ChangeFrame, Room, Truth } from "./truth.ts";

/** Messages of a page of a resume: few, so that much happens between two. */
const RESUME_PAGE = 3;
/** Between the server and a client, in ms, each way. */
const LATENCY_MS = 60;
/** What a command takes, in ms. */
const WORK_MS = 30;
/** What is told at an ordinary end, with what is asked of the client. */
const CLOSES: readonly (readonly [number, string])[] = [
  [1006, ""],
  [1012, '{"code":"restart","reconnect_after_ms":400}'],
  [4503, '{"code":"overload","reconnect_after_ms":1500}'],
  [4504, '{"code":"no_pong","reconnect_after_ms":0}'],
  [4508, '{"code":"slow_reader","reconnect_after_ms":300}'],
  [4512, '{"code":"rebalance","reconnect_after_ms":50}'],
  [4429, '{"code":"limit"}'],
];

/** What waits on its way to a client in one conversation. */
interface Queued {
  readonly frame: ServerFrame;
  /** Where to read on from if it is dropped; `null` for what is written at once and cannot be. */
  readonly place: Seq | null;
  cancel: () => void;
}

interface Lane {
  readonly queue: Queued[];
  /** Nothing overtakes within a lane. */
  lastAt: number;
}

type Command = (done: () => void) => void;

/** The surroundings of a fake server. */
export interface ServerPorts {
  readonly truth: Truth;
  readonly clock: Clock;
  readonly prng: Prng;
}

/** A node that keeps `docs/protocol.md`, on a network that keeps nothing while there is chaos. */
export class FakeServer {
  readonly ports: ServerPorts;
  readonly sockets = new Set<ServerSocket>();
  hasChaos = true;
  /** Every `subscribe` that any client has sent. */
  subscribes = 0;

  constructor(ports: ServerPorts) {
    this.ports = ports;
    ports.truth.listen((room, change) => {
      for (const socket of [...this.sockets]) socket.onChange(room, change);
    });
  }

  open(user: UserId, events: SocketEvents): Socket {
    const { clock, prng } = this.ports;
    if (this.hasChaos && prng.chance(0.1)) {
      const cancel = clock.after(prng.below(500), () => events.onClose(1006, ""));
      return { send: () => undefined, close: cancel };
    }
    const socket = new ServerSocket(this, user, events);
    this.sockets.add(socket);
    return socket;
  }

  /** Ends one socket, or all of them, as a node or a network does. */
  cut(all: boolean): void {
    for (const socket of [...this.sockets]) {
      if (!all && !this.ports.prng.chance(0.4)) continue;
      const [code, reason] = this.ports.prng.pick(CLOSES) ?? [1006, ""];
      socket.end(code, reason);
    }
  }
}

/** The server's end of one socket at the door for everything. */
export class ServerSocket implements Socket {
  readonly #server: FakeServer;
  readonly #user: UserId;
  readonly #events: SocketEvents;
  readonly #lanes = new Map<string, Lane>();
  /** Conversations whose live frames reach this socket. */
  readonly #seats = new Set<string>();
  /** Conversations of which a live frame was forgotten on the way. */
  readonly #forgetful = new Set<string>();
  readonly #commands: Command[] = [];
  #isBusy = false;
  #isAlive = true;
  #isGreeted = false;
  #heardAt = 0;

  constructor(server: FakeServer, user: UserId, events: SocketEvents) {
    this.#server = server;
    this.#user = user;
    this.#events = events;
    this.#later(LATENCY_MS, () => events.onOpen());
  }

  // What the client does.

  send(text: string): void {
    const frame = JSON.parse(text) as ClientFrame;
    const { clock, prng } = this.#server.ports;
    this.#heardAt = Math.max(this.#heardAt, clock.now() + prng.below(LATENCY_MS));
    clock.after(this.#heardAt - clock.now(), () => this.#isAlive && this.#onFrame(frame));
  }

  /** As in a browser, what is on its way may still arrive until both sides are done. */
  close(): void {
    this.#later(LATENCY_MS, () => {
      this.#die();
      this.#events.onClose(1000, "");
    });
  }

  // What the server does.

  /** Ends it from this side: whatever is on its way, either way, is lost. */
  end(code: number, reason: string): void {
    if (!this.#isAlive) return;
    this.#die();
    const { clock, prng } = this.#server.ports;
    clock.after(prng.below(LATENCY_MS), () => this.#events.onClose(code, reason));
  }

  /** What waits for a client that reads too slowly is dropped, and read again later. */
  lag(): void {
    for (const [id, lane] of this.#lanes) {
      const dropped = lane.queue.filter(({ place }) => place !== null);
      // A `sync` now would vouch for what was forgotten.
      if (dropped.length === 0 || this.#forgetful.has(id)) continue;
      for (const item of dropped) {
        item.cancel();
        lane.queue.splice(lane.queue.indexOf(item), 1);
      }
      const place = Math.min(...dropped.map((item) => item.place ?? 0));
      this.#seats.delete(id);
      const room = this.#server.ports.truth.room(id);
      // Pointless when a `subscribe` has brought everything meanwhile.
      this.#do((done) => (this.#seats.has(id) ? done() : this.#join(room, place, done, undefined)));
    }
  }

  onChange(room: Room, change: ChangeFrame): void {
    if (!this.#isGreeted) return;
    if (this.#seats.has(room.id)) {
      // No server may do so; a client that counts repairs it nevertheless.
      if (this.#server.hasChaos && this.#server.ports.prng.chance(0.02)) this.#forgetful.add(room.id);
      else this.#push(room.id, change, change.seq - 1);
      if (removes(change, this.#user)) this.#seats.delete(room.id);
    } else if (change.type === "participant:added" && change.payload.participant.user_id === this.#user) {
      this.#push(room.id, { type: "conversation:new", payload: { id: room.id } as never }, null);
      this.#do((done) => (this.#seats.has(room.id) ? done() : this.#join(room, change.seq, done, undefined)));
    }
  }

  #die(): void {
    this.#isAlive = false;
    this.#server.sockets.delete(this);
  }

  #later(ms: number, run: () => void): () => void {
    const { clock, prng } = this.#server.ports;
    return clock.after(prng.below(ms), () => this.#isAlive && run());
  }

  #push(laneName: string, frame: ServerFrame, place: Seq | null): void {
    const { clock, prng } = this.#server.ports;
    const lane = this.#lanes.get(laneName) ?? { queue: [], lastAt: 0 };
    this.#lanes.set(laneName, lane);
    lane.lastAt = Math.max(lane.lastAt, clock.now() + prng.below(LATENCY_MS));
    const text = JSON.stringify(frame);
    const item: Queued = { frame, place, cancel: () => undefined };
    item.cancel = clock.after(lane.lastAt - clock.now(), () => {
      lane.queue.splice(lane.queue.indexOf(item), 1);
      if (this.#isAlive) this.#events.onText(text);
    });
    lane.queue.push(item);
  }

  #onFrame(frame: ClientFrame): void {
    if (frame.type === "auth") this.#onAuth(frame.payload.token);
    else if (!this.#isGreeted) return;
    else if (frame.type === "ping")
      this.#push("control", { type: "pong", payload: { server_time: "" } }, null);
    else if (frame.type === "message:new") this.#do((done) => this.#onSend(frame.payload, done));
    else if (frame.type === "message:read")
      this.#do((done) => this.#onRead(said(frame.payload.conversation_id), frame.payload.seq, done));
    else if (frame.type === "subscribe") {
      this.#server.subscribes += 1;
      if (this.#server.hasChaos && this.#server.ports.prng.chance(0.2)) this.lag();
      const { conversation_id: id, after } = frame.payload;
      const room = this.#server.ports.truth.room(id);
      this.#do((done) => this.#onSubscribe(room, after ?? room.head, frame.ref, done));
    }
  }

  #onAuth(token: string): void {
    const { truth } = this.#server.ports;
    if (!truth.tokens.has(token)) {
      this.end(4401, '{"code":"token"}');
      return;
    }
    if (this.#isGreeted) {
      this.#push("control", { type: "auth:ok", payload: { user_id: this.#user, expires_at: "" } }, null);
      return;
    }
    this.#isGreeted = true;
    const payload = { session: "s", user_id: this.#user, heartbeat_interval_ms: 25_000, server_time: "" };
    this.#events.onText(JSON.stringify({ type: "hello", payload }));
    this.#do((done) => {
      for (const room of truth.rooms.values()) if (room.isIn(this.#user)) this.#seat(room, room.head);
      done();
    });
  }

  /** One command after the other. */
  #do(command: Command): void {
    this.#commands.push(command);
    if (!this.#isBusy) this.#next();
  }

  #next(): void {
    const command = this.#commands.shift();
    this.#isBusy = command !== undefined;
    if (command !== undefined) this.#later(WORK_MS, () => command(() => this.#next()));
  }

  #onSend(send: NewMessage, done: () => void): void {
    const { truth, prng } = this.#server.ports;
    const [client_id, text] = [said(send.client_id), said(send.text)];
    const room = truth.room(said(send.conversation_id));
    const refuse = (code: string, retryable: boolean, clientId: string | undefined = client_id) => {
      const payload = {
        code,
        message: code,
        retryable,
        ...(clientId === undefined ? {} : { client_id: clientId }),
      };
      this.#push("control", { type: "error", payload }, null);
      done();
    };
    if (this.#server.hasChaos && prng.chance(0.05)) {
      refuse("unavailable", true);
      return;
    }
    if (this.#server.hasChaos && prng.chance(0.03)) {
      this.#push(
        "control",
        { type: "error", payload: { code: "rate_limited", message: "", retryable: true } },
        null,
      );
      done();
      return;
    }
    if (!room.isIn(this.#user)) {
      refuse("not_participant", false);
      return;
    }
    if (text.startsWith("bad")) {
      refuse("contact_data", false);
      return;
    }
    const { message } = truth.send(room, this.#user, text, client_id);
    if (this.#server.hasChaos && prng.chance(0.1)) {
      this.end(1006, "");
      return;
    }
    const { id, seq, created_at } = message;
    const ack = { client_id, id, conversation_id: room.id, seq, created_at };
    this.#push("control", { type: "message:ack", payload: ack }, null);
    done();
  }

  #onRead(conversation_id: string, seq: Seq, done: () => void): void {
    const room = this.#server.ports.truth.room(conversation_id);
    const before = room.reads.get(this.#user) ?? 0;
    const after = Math.min(seq, room.head);
    if (after > before) {
      room.reads.set(this.#user, after);
      const marks = [{ user_id: this.#user, last_read_seq: after }];
      for (const socket of this.#server.sockets) {
        if (!socket.#seats.has(room.id)) continue;
        socket.#push(room.id, { type: "message:read", payload: { conversation_id, marks } }, null);
      }
    }
    done();
  }

  #onSubscribe(room: Room, after: Seq, ref: ClientFrame["ref"], done: () => void): void {
    if (this.#server.hasChaos && this.#server.ports.prng.chance(0.05)) {
      this.#refuse("unavailable", true, ref, done);
      return;
    }
    this.#join(room, Math.min(after, room.head), done, ref);
  }

  /** Everything after a place, page by page, then live; frames of an older seat may come between the pages. */
  #join(room: Room, after: Seq, done: () => void, ref: ClientFrame["ref"]): void {
    const { head } = room;
    const readFrom = (born: Seq): void => {
      if (!room.isIn(this.#user)) {
        this.#seats.delete(room.id);
        this.#refuse("not_participant", false, ref, done, room);
        return;
      }
      const page = room.newMessages(born, head, RESUME_PAGE);
      for (const frame of page) this.#push(room.id, frame, null);
      const last = page.at(-1);
      if (last !== undefined && page.length === RESUME_PAGE) {
        this.#later(WORK_MS, () => readFrom(last.seq));
        return;
      }
      for (const frame of room.otherChanges(after, head)) this.#push(room.id, frame, null);
      this.#later(WORK_MS, () => {
        if (!room.isIn(this.#user)) {
          this.#refuse("not_participant", false, ref, done, room);
          return;
        }
        this.#seat(room, head);
        done();
      });
    };
    readFrom(after);
  }

  /** Live from `position` on: what has passed since comes first, then `sync`. */
  #seat(room: Room, position: Seq): void {
    for (const change of room.told.slice(position)) {
      this.#push(room.id, change, change.seq - 1);
      if (removes(change, this.#user)) return;
    }
    this.#push(room.id, { type: "sync", payload: { conversation_id: room.id, head: room.head } }, room.head);
    this.#seats.add(room.id);
    this.#forgetful.delete(room.id);
  }

  #refuse(code: string, retryable: boolean, ref: ClientFrame["ref"], done: () => void, room?: Room): void {
    if (ref !== undefined) {
      this.#push("control", { type: "error", payload: { code, message: code, retryable, ref } }, null);
    } else if (room !== undefined) {
      // Its own frame was dropped with the queue: a person's own removal may come without a number.
      const payload = { conversation_id: room.id, user_id: this.#user };
      this.#push(room.id, { type: "participant:removed", payload }, null);
    }
    done();
  }
}

function removes(change: ChangeFrame, user: UserId): boolean {
  return change.type === "participant:removed" && change.payload.user_id === user;
}

/** What a client must say at this door, though others leave it out. */
function said<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("the client left out what this door needs");
  return value;
}
