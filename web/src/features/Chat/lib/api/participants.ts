import type { ConversationId, Participant, Role, UserId } from "../types.ts";
import { conversationPath } from "./conversations.ts";
import type { Http } from "./http.ts";

/** Who is in a conversation. */
export function participantsApi(http: Http) {
  return {
    all: (id: ConversationId, signal?: AbortSignal) =>
      http.get<Participant[]>(`${conversationPath(id)}/participants`, { signal }),
    add: (id: ConversationId, userId: UserId, role?: Role | null) =>
      http.post<Participant>(`${conversationPath(id)}/participants/`, {
        body: { user_id: userId, ...(role === undefined ? {} : { role }) },
      }),
    remove: (id: ConversationId, userId: UserId) =>
      http.delete(`${conversationPath(id)}/participants/${userId}`),
  };
}
