import { attachmentsApi } from "./attachments.ts";
import { authApi } from "./auth.ts";
import { conversationsApi } from "./conversations.ts";
import type { Http } from "./http.ts";
import { messagesApi } from "./messages.ts";
import { notificationsApi } from "./notifications.ts";
import { participantsApi } from "./participants.ts";
import { peopleApi } from "./people.ts";
import { unreadApi } from "./unread.ts";

/** The whole REST API, one resource a field. */
export function createApi(http: Http) {
  return {
    attachments: attachmentsApi(http),
    auth: authApi(http),
    conversations: conversationsApi(http),
    messages: messagesApi(http),
    notifications: notificationsApi(http),
    participants: participantsApi(http),
    people: peopleApi(http),
    unread: unreadApi(http),
  };
}

export type ChatApi = ReturnType<typeof createApi>;
