import type { HistorySource } from "../realtime/types.ts";
import type { Http } from "./http.ts";
import { MESSAGES_PAGE, messagesApi } from "./messages.ts";
import { participantsApi } from "./participants.ts";

/** What the realtime core reads over REST. */
export function historySource(http: Http): HistorySource {
  const [messages, participants] = [messagesApi(http), participantsApi(http)];
  return {
    pageMessages: MESSAGES_PAGE,
    page: (id, where, signal) => messages.page(id, where, signal),
    async reads(id, signal) {
      const people = await participants.all(id, signal);
      return new Map(people.map((person) => [person.user_id, person.last_read_seq ?? 0]));
    },
  };
}
