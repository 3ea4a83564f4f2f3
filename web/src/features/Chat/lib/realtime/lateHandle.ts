import { Store } from "../store.ts";
import type { ConversationId, Seq } from "../types.ts";
import { NOTHING_LOADED } from "./snapshot.ts";
import type { ChatClient, ConversationHandle, LogSnapshot } from "./types.ts";

/** A conversation that was opened before the core was there. */
export class LateHandle implements ConversationHandle {
  readonly #id: ConversationId;
  readonly #log = new Store(NOTHING_LOADED);
  readonly #opened: Promise<ConversationHandle>;
  #resolve: (handle: ConversationHandle) => void = () => undefined;
  #handle: ConversationHandle | null = null;
  #isReleased = false;

  constructor(id: ConversationId) {
    this.#id = id;
    this.#opened = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Opens it now that it can be, unless nobody looks at it any more. */
  attach(client: ChatClient): void {
    if (this.#isReleased) return;
    const handle = client.open(this.#id);
    this.#handle = handle;
    this.#log.set(handle.getSnapshot());
    handle.subscribe(() => this.#log.set(handle.getSnapshot()));
    this.#resolve(handle);
  }

  getSnapshot = (): LogSnapshot => this.#log.getSnapshot();

  subscribe = (listener: () => void): (() => void) => this.#log.subscribe(listener);

  async loadOlder(): Promise<void> {
    await (await this.#opened).loadOlder();
  }

  async loadNewer(): Promise<void> {
    await (await this.#opened).loadNewer();
  }

  async jumpTo(seq: Seq): Promise<void> {
    await (await this.#opened).jumpTo(seq);
  }

  async jumpToEnd(): Promise<void> {
    await (await this.#opened).jumpToEnd();
  }

  async reload(): Promise<void> {
    await (await this.#opened).reload();
  }

  release(): void {
    this.#isReleased = true;
    this.#handle?.release();
  }
}
