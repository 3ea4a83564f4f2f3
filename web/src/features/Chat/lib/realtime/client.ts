import { newClientId } from "../ids.ts";
import type { Readable } from "../store.ts";
import type { ConversationId, Seq, UserId } from "../types.ts";
import { Connection } from "./connection.ts";
import { Dispatcher } from "./dispatcher.ts";
import { ConversationLog } from "./log.ts";
import { Logs } from "./logs.ts";
import { Outbox } from "./outbox.ts";
import type { Clock, OpenSocket, PageSignals, Random, Tabs } from "./ports.ts";
import { ReadMarks } from "./read-marks.ts";
import { Session } from "./session.ts";
import type {
  ChatClient,
  ChatEvent,
  ConnectionState,
  ConversationHandle,
  Draft,
  HistorySource,
  KeyValueStorage,
  OutboxEntry,
  TokenSource,
} from "./types.ts";
import { TypingSender } from "./typing.ts";

/** Everything that a client takes from outside. */
export interface ChatClientPorts {
  /** The door for everything a user has, e.g. `wss://chat.example/api/unet-chat/ws`. */
  readonly url: string;
  readonly tokens: TokenSource;
  readonly history: HistorySource;
  readonly storage: KeyValueStorage;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
  readonly signals: PageSignals;
  readonly tabs: Tabs;
  /** Names for messages on their way; UUIDs when left out. */
  readonly newId?: () => string;
}

/** The realtime core; a page has one. */
export function createChatClient(ports: ChatClientPorts): ChatClient {
  return new Client(ports);
}

class Client implements ChatClient {
  readonly #ports: ChatClientPorts;
  readonly #connection: Connection;
  readonly #session = new Session();
  readonly #logs: Logs;
  readonly #outbox: Outbox;
  readonly #typing: TypingSender;
  readonly #reads: ReadMarks;
  readonly #dispatcher: Dispatcher;
  readonly #listeners = new Set<(event: ChatEvent) => void>();
  #me: UserId | null = null;

  constructor(ports: ChatClientPorts) {
    this.#ports = ports;
    this.#connection = new Connection(ports, {
      onHello: () => this.#onHello(),
      onFrame: (frame) => this.#dispatcher.onFrame(frame),
      onLost: () => this.#onLost(),
    });
    const send = this.#connection.send.bind(this.#connection);
    this.#typing = new TypingSender(ports.clock, send);
    this.#reads = new ReadMarks(ports.clock, send);
    this.#logs = new Logs(ports.clock, (id) => this.#createLog(id));
    this.#outbox = new Outbox({
      ...ports,
      newId: ports.newId ?? newClientId,
      send,
      isOnline: () => this.#connection.isOnline,
      check: () => this.#connection.check(),
      isAwaited: (id, landing) => this.#logs.get(id)?.awaits(landing) === true,
    });
    this.#outbox.list.subscribe(() => {
      for (const log of this.#logs.all()) log.onOutgoing();
    });
    this.#dispatcher = new Dispatcher({
      me: () => this.#me,
      session: this.#session,
      logs: this.#logs,
      outbox: this.#outbox,
      reads: this.#reads,
      clock: ports.clock,
      emit: (event) => this.#emit(event),
    });
  }

  get connection(): Readable<ConnectionState> {
    return this.#connection.state;
  }

  get outbox(): Readable<readonly OutboxEntry[]> {
    return this.#outbox.list;
  }

  start(userId: UserId): void {
    if (this.#me !== null) this.stop();
    this.#me = userId;
    this.#outbox.start(userId);
    this.#connection.start(userId);
  }

  stop(): void {
    this.#connection.stop();
    this.#outbox.stop();
    this.#logs.clear();
    this.#reads.reset();
    this.#dispatcher.reset();
    this.#session.forget();
    this.#me = null;
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  open(id: ConversationId): ConversationHandle {
    return this.#logs.open(id);
  }

  send(draft: Draft): string {
    this.#typing.onSent(draft.conversationId);
    return this.#outbox.add(draft);
  }

  retry(clientId: string): void {
    this.#outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.#outbox.discard(clientId);
  }

  markRead(id: ConversationId, seq: Seq): void {
    this.#reads.mark(id, seq);
  }

  setTyping(id: ConversationId, isTyping: boolean): void {
    this.#typing.set(id, isTyping);
  }

  listen(listener: (event: ChatEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #createLog(id: ConversationId): ConversationLog {
    if (this.#me === null) throw new Error("a conversation is opened after start()");
    const log = new ConversationLog(id, {
      me: this.#me,
      history: this.#ports.history,
      clock: this.#ports.clock,
      outgoing: this.#outbox,
      heard: () => this.#session.heard(id),
      isOnline: () => this.#connection.isOnline,
      subscribe: (after) =>
        this.#connection.send({
          type: "subscribe",
          ref: this.#dispatcher.refOf(id),
          payload: { conversation_id: id, after },
        }),
      onMoved: (moved) => this.#onMoved(moved),
    });
    void log.open();
    return log;
  }

  /** What this log shows now need not be sent any more. */
  #onMoved(log: ConversationLog): void {
    for (const entry of this.#outbox.of(log.id)) {
      const landing = log.landingOf(entry.clientId);
      if (landing !== null) this.#outbox.onLanded(entry.clientId, landing);
      else if (entry.landed !== undefined && log.isPast(entry.landed)) {
        this.#outbox.onLanded(entry.clientId, entry.landed);
      }
    }
  }

  #onHello(): void {
    this.#session.reset();
    this.#typing.reset();
    for (const log of this.#logs.all()) log.onHello();
    this.#outbox.onHello();
    this.#reads.onHello();
    this.#dispatcher.onHello();
  }

  #onLost(): void {
    this.#session.reset();
    this.#outbox.onLost();
    for (const log of this.#logs.all()) log.onLost();
    this.#dispatcher.onLost();
  }

  #emit(event: ChatEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
