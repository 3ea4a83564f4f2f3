import { newClientId } from "../ids.ts";
import { type Readable, Store } from "../store.ts";
import type { ConversationId, Seq, UserId } from "../types.ts";
import { LateHandle } from "./lateHandle.ts";
import type { Cancel, Clock } from "./ports.ts";
import type {
  ChatClient,
  ChatEvent,
  ConnectionState,
  ConversationHandle,
  Draft,
  OutboxEntry,
} from "./types.ts";

/** Until the core is asked for again, when it could not be loaded, in ms. */
const RETRY_MS = 3_000;

/**
 * The core, loaded when it is first needed: a list of conversations is on the screen before. What it is told until then
 * it hears in the same order, so that nobody else has to know.
 */
export class LateClient implements ChatClient {
  readonly #connection = new Store<ConnectionState>({ name: "idle" });
  readonly #outbox = new Store<readonly OutboxEntry[]>([]);
  readonly #listeners = new Set<(event: ChatEvent) => void>();
  readonly #load: () => Promise<ChatClient>;
  readonly #clock: Clock;
  #client: ChatClient | null = null;
  #untold: ((client: ChatClient) => void)[] = [];
  #isLoading = false;
  #attempt = 0;
  #endWait: Cancel = () => undefined;

  constructor(load: () => Promise<ChatClient>, clock: Clock) {
    this.#load = load;
    this.#clock = clock;
  }

  get connection(): Readable<ConnectionState> {
    return this.#connection;
  }

  get outbox(): Readable<readonly OutboxEntry[]> {
    return this.#outbox;
  }

  start(userId: UserId): void {
    if (this.#client === null) this.#connection.set({ name: "connecting", attempt: this.#attempt + 1 });
    this.#tell((client) => client.start(userId));
  }

  stop(): void {
    if (this.#client !== null) this.#client.stop();
    // Nobody is signed in any more: what was said in between has no one to be for, but what is to be sent stays.
    else if (this.#untold.length > 0) this.#untold.push((client) => client.stop());
    if (this.#client === null) this.#connection.set({ name: "idle" });
  }

  retryNow(): void {
    if (this.#client === null) this.#begin();
    else this.#client.retryNow();
  }

  open(id: ConversationId): ConversationHandle {
    if (this.#client !== null) return this.#client.open(id);
    const handle = new LateHandle(id);
    this.#tell((client) => handle.attach(client));
    return handle;
  }

  send(draft: Draft): string {
    const clientId = draft.clientId ?? newClientId();
    this.#tell((client) => client.send({ ...draft, clientId }));
    return clientId;
  }

  retry(clientId: string): void {
    this.#tell((client) => client.retry(clientId));
  }

  discard(clientId: string): void {
    this.#tell((client) => client.discard(clientId));
  }

  markRead(id: ConversationId, seq: Seq): void {
    this.#tell((client) => client.markRead(id, seq));
  }

  setTyping(id: ConversationId, isTyping: boolean): void {
    this.#tell((client) => client.setTyping(id, isTyping));
  }

  listen(listener: (event: ChatEvent) => void): () => void {
    // Somebody is about to start it: on its way it need not wait for who that is.
    this.#begin();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(what: (client: ChatClient) => void): void {
    if (this.#client !== null) {
      what(this.#client);
      return;
    }
    this.#untold.push(what);
    this.#begin();
  }

  #begin(): void {
    if (this.#client !== null || this.#isLoading) return;
    this.#endWait();
    this.#isLoading = true;
    this.#load()
      .then(
        (client) => this.#adopt(client),
        () => this.#wait(),
      )
      .finally(() => {
        this.#isLoading = false;
      });
  }

  #adopt(client: ChatClient): void {
    this.#client = client;
    client.listen((event) => {
      for (const listener of [...this.#listeners]) listener(event);
    });
    mirror(client.outbox, this.#outbox);
    for (const what of this.#untold) what(client);
    this.#untold = [];
    // Last: a connection that was being made is not to look idle in between.
    mirror(client.connection, this.#connection);
  }

  /** No network, most likely; a lost one looks the same to whoever watches. */
  #wait(): void {
    this.#attempt += 1;
    if (this.#connection.getSnapshot().name !== "idle") {
      this.#connection.set({
        name: "waiting",
        attempt: this.#attempt,
        retryAt: this.#clock.now() + RETRY_MS,
      });
    }
    this.#endWait = this.#clock.after(RETRY_MS, () => this.#begin());
  }
}

function mirror<T>(from: Readable<T>, to: Store<T>): void {
  to.set(from.getSnapshot());
  from.subscribe(() => to.set(from.getSnapshot()));
}
