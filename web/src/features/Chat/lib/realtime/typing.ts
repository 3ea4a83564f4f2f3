import type { ConversationId } from "../types.ts";
import type { ClientFrame } from "./frames.ts";
import { TYPING_EVERY_MS } from "./limits.ts";
import type { Clock } from "./ports.ts";

/** Says that the user writes: as seldom as the server wants to hear it, and once when they stop. */
export class TypingSender {
  readonly #clock: Clock;
  readonly #send: (frame: ClientFrame) => boolean;
  readonly #said = new Map<ConversationId, { at: number; isTyping: boolean }>();

  constructor(clock: Clock, send: (frame: ClientFrame) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  set(id: ConversationId, isTyping: boolean): void {
    const said = this.#said.get(id);
    const now = this.#clock.now();
    if (isTyping) {
      if (said !== undefined && now - said.at < TYPING_EVERY_MS) return;
      if (this.#say(id, true)) this.#said.set(id, { at: now, isTyping: true });
    } else if (said?.isTyping === true) {
      this.#said.set(id, { at: said.at, isTyping: false });
      this.#say(id, false);
    }
  }

  /** A message was sent, which says as much as a stop. */
  onSent(id: ConversationId): void {
    const said = this.#said.get(id);
    if (said !== undefined) this.#said.set(id, { at: said.at, isTyping: false });
  }

  /** A new socket has heard nothing yet. */
  reset(): void {
    this.#said.clear();
  }

  #say(id: ConversationId, isTyping: boolean): boolean {
    return this.#send({ type: "typing", payload: { conversation_id: id, is_typing: isTyping } });
  }
}
