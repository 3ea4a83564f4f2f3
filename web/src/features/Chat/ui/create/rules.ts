import type { ConversationType, UserId } from "../../lib/types.ts";

/** What is filled in so far in the create dialog. */
export interface NewConversation {
  readonly type: ConversationType;
  readonly title: string;
  /** Of a private conversation. */
  readonly userId: UserId | null;
  /** Of a group. */
  readonly userIds: readonly UserId[];
}

export const EMPTY_NEW: NewConversation = { type: "group", title: "", userId: null, userIds: [] };

/** A group needs a title and somebody in it, a private conversation its other side. */
export function isComplete({ type, title, userId, userIds }: NewConversation): boolean {
  return type === "group" ? title.trim() !== "" && userIds.length > 0 : userId !== null;
}
