import { createContext, useContext } from "react";
import type { OutboxEntry } from "../../lib/realtime/types.ts";
import type { Attachment, Message, ReplyHead, UserId } from "../../lib/types.ts";

/** How a person is shown beside their messages. */
export interface Face {
  readonly name: string;
  readonly initials: string;
  readonly avatar: string | null;
}

/** What a message's buttons and keys do. The object stays the same, so that no row is drawn anew for it. */
export interface MessageActions {
  reply(message: Message): void;
  edit(message: Message): void;
  /** Asks first. */
  remove(message: Message): void;
  copy(text: string): void;
  /** Puts the reaction, or takes the user's own back. */
  react(message: Message, emoji: string): void;
  pin(message: Message): void;
  retry(entry: OutboxEntry): void;
  discard(entry: OutboxEntry): void;
  /** Shows the quoted message in its place. */
  jump(reply: ReplyHead): void;
  /** Shows a picture or a film large. */
  look(attachments: readonly Attachment[], at: number): void;
  /** Opens the menu of a row at an element. */
  openMenu(key: string, anchor: Element): void;
  /** Opens the choice of reactions at an element. */
  openEmoji(message: Message, anchor: Element): void;
  saveEdit(message: Message, text: string): void;
  cancelEdit(): void;
}

/** What all messages of an open conversation have in common. */
export interface MessageScene {
  readonly me: UserId | null;
  readonly isGroup: boolean;
  readonly face: (id: UserId) => Face;
  readonly actions: MessageActions;
}

const SceneContext = createContext<MessageScene | null>(null);

export const SceneProvider = SceneContext.Provider;

/** What stands around the message; only inside of a `SceneProvider`. */
export function useScene(): MessageScene {
  const scene = useContext(SceneContext);
  if (scene === null) throw new Error("a message outside of its conversation");
  return scene;
}
