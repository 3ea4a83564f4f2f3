import type { ConversationId, MessageId } from "../../lib/types.ts";

/** The names under which the query cache keeps things; all begin with `chat`. */
export const keys = {
  all: ["chat"] as const,
  conversations: ["chat", "conversations"] as const,
  /** The list, apart from single conversations. */
  list: ["chat", "conversations", "list"] as const,
  hidden: ["chat", "conversations", "hidden"] as const,
  found: (q: string) => ["chat", "conversations", "found", q] as const,
  conversation: (id: ConversationId) => ["chat", "conversations", "one", id] as const,
  messages: (id: ConversationId) => ["chat", "messages", id] as const,
  pins: (id: ConversationId) => ["chat", "messages", id, "pins"] as const,
  reactions: (id: MessageId) => ["chat", "reactions", id] as const,
  participants: (id: ConversationId) => ["chat", "participants", id] as const,
  search: (search: object) => ["chat", "search", search] as const,
  directory: ["chat", "people"] as const,
  peopleFound: (q: string) => ["chat", "people", "found", q] as const,
  profile: ["chat", "profile"] as const,
  unread: ["chat", "unread"] as const,
  notifications: ["chat", "notifications", "list"] as const,
  notificationCount: ["chat", "notifications", "count"] as const,
  notificationSettings: ["chat", "notifications", "settings"] as const,
};
