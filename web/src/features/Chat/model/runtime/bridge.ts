import type { QueryClient } from "@tanstack/react-query";
import type { ChatEvent } from "../../lib/realtime/types.ts";
import type { Conversation, ConversationId, Message, Notification, Participant } from "../../lib/types.ts";
import type { ListData, ListKeeper } from "../conversations/keeper.ts";
import { withNotification } from "../notifications/patch.ts";
import type { PeopleBook } from "../people/book.ts";
import type { PresenceBook } from "../people/presence.ts";
import type { TypingBook } from "../people/typing.ts";
import { keys } from "./keys.ts";

/** The server writes notifications, and marks them read, about a second after what they are about; in ms. */
const NOTIFICATIONS_LAG_MS = 1500;

/** How long counts of what is unread elsewhere than in the list are left alone after an event, in ms. */
const UNREAD_LAG_MS = 1000;

/** What changes how much is unread. */
const COUNTED: ReadonlySet<ChatEvent["type"]> = new Set([
  "message:new",
  "message:deleted",
  "conversation:state",
  "conversation:gone",
]);

/** The caches that events change. */
export interface Caches {
  readonly queries: QueryClient;
  readonly list: ListKeeper;
  readonly people: PeopleBook;
  readonly presence: PresenceBook;
  readonly typing: TypingBook;
}

/** Carries what happens from the socket into the caches, and people from the caches into their books. */
export class Bridge {
  readonly #caches: Caches;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(caches: Caches) {
    this.#caches = caches;
  }

  /** Watches the cache for lists that carry people. */
  start(): () => void {
    const stop = this.#caches.queries.getQueryCache().subscribe((change) => {
      if (change.type !== "updated" || change.action.type !== "success") return;
      // A row that an event has changed says of people what its last reading said, which is older than the books.
      if (change.action.manual !== true) this.#notePeople(change.query.queryKey, change.query.state.data);
    });
    return () => {
      stop();
      for (const timer of this.#timers.values()) clearTimeout(timer);
      this.#timers.clear();
    };
  }

  onEvent(event: ChatEvent): void {
    const { list, presence, typing } = this.#caches;
    list.onEvent(event);
    if (COUNTED.has(event.type)) this.#soon("unread", UNREAD_LAG_MS, [keys.unread]);
    switch (event.type) {
      case "message:new":
        typing.note(event.message.conversation_id, event.message.sender_id, false);
        this.#patchMessages(event.message.conversation_id, (messages) => [...messages, event.message]);
        break;
      case "message:edited":
        this.#patchMessages(event.message.conversation_id, (messages) => replaced(messages, event.message));
        this.#invalidate(keys.pins(event.message.conversation_id));
        this.#invalidate(keys.reactions(event.message.id));
        break;
      case "message:deleted":
        this.#patchMessages(event.conversationId, (messages) => messages.filter(({ id }) => id !== event.id));
        this.#invalidate(keys.pins(event.conversationId));
        break;
      case "typing":
        typing.note(event.conversationId, event.userId, event.isTyping);
        break;
      case "presence":
        presence.note(event.users.map((user) => [user.user_id, user]));
        break;
      default:
        this.#onRareEvent(event);
    }
  }

  #onRareEvent(event: ChatEvent): void {
    switch (event.type) {
      case "participant:changed":
        this.#patchParticipants(event.conversationId, (people) => [
          ...people.filter(({ user_id }) => user_id !== event.participant.user_id),
          event.participant,
        ]);
        break;
      case "participant:removed":
        this.#patchParticipants(event.conversationId, (people) =>
          people.filter(({ user_id }) => user_id !== event.userId),
        );
        break;
      case "conversation:updated":
        this.#patchConversation(event.conversation);
        break;
      case "conversation:gone":
        this.#forgetConversation(event.conversationId);
        break;
      case "conversation:state":
        this.#countNotificationsSoon();
        break;
      case "notification:new":
        this.#onNotification(event.notification);
        break;
      case "resumed":
        this.readAgain();
        break;
      default:
    }
  }

  /** Reads again what may have changed unseen, at once where somebody looks at it. */
  readAgain(): void {
    for (const key of [keys.conversations, keys.participants("").slice(0, 2), keys.notifications]) {
      this.#invalidate(key);
    }
    this.#invalidate(keys.notificationCount);
    this.#invalidate(keys.unread);
    this.#invalidate(keys.messages("").slice(0, 2));
  }

  #patchMessages(id: ConversationId, change: (messages: readonly Message[]) => readonly Message[]): void {
    this.#caches.queries.setQueriesData<readonly Message[]>(
      { queryKey: keys.messages(id), predicate: ({ queryKey }) => isNewestPage(queryKey) },
      (messages) => (messages === undefined ? undefined : unique(change(messages))),
    );
  }

  #patchParticipants(
    id: ConversationId,
    change: (people: readonly Participant[]) => readonly Participant[],
  ): void {
    this.#caches.queries.setQueryData<readonly Participant[]>(keys.participants(id), (people) =>
      people === undefined ? undefined : change(people),
    );
  }

  #patchConversation(news: Conversation): void {
    this.#caches.queries.setQueryData<Conversation>(keys.conversation(news.id), (old) =>
      old === undefined
        ? undefined
        : { ...old, ...news, my: old.my ?? null, participants: old.participants ?? null },
    );
  }

  #forgetConversation(id: ConversationId): void {
    const { queries } = this.#caches;
    queries.removeQueries({ queryKey: keys.conversation(id), type: "inactive" });
    queries.removeQueries({ queryKey: keys.messages(id), type: "inactive" });
    queries.removeQueries({ queryKey: keys.participants(id), type: "inactive" });
  }

  #onNotification(notification: Notification): void {
    this.#caches.queries.setQueryData<readonly Notification[]>(keys.notifications, (list) =>
      list === undefined ? undefined : withNotification(list, notification),
    );
    this.#countNotificationsSoon();
  }

  #countNotificationsSoon(): void {
    this.#soon("notifications", NOTIFICATIONS_LAG_MS, [keys.notificationCount, keys.notifications]);
  }

  /** Reads these again after a while, once for everything that happens until then. */
  #soon(name: string, ms: number, queryKeys: readonly (readonly unknown[])[]): void {
    if (this.#timers.has(name)) return;
    const later = () => {
      this.#timers.delete(name);
      for (const key of queryKeys) this.#invalidate(key);
    };
    this.#timers.set(name, setTimeout(later, ms));
  }

  #invalidate(queryKey: readonly unknown[]): void {
    // A failed reading is the query's own state; who looks at it sees it there.
    void this.#caches.queries.invalidateQueries({ queryKey });
  }

  #notePeople(key: readonly unknown[], data: unknown): void {
    const [, kind, which] = key;
    if (kind === "participants") this.#noteParticipants(data as readonly Participant[]);
    if (kind === "conversations" && which === "list") {
      for (const conversation of (data as ListData).items) this.noteConversation(conversation);
    }
    if (kind === "conversations" && which === "one") this.noteConversation(data as Conversation);
  }

  /** Takes the people out of a conversation that has just been read. */
  noteConversation({ other_user, participants, participants_head }: Conversation): void {
    this.#noteParticipants([...(participants ?? []), ...(participants_head ?? [])]);
    if (!other_user) return;
    this.#caches.people.note([[other_user.id, other_user]]);
    this.#caches.presence.note([[other_user.id, other_user]]);
  }

  #noteParticipants(participants: readonly Participant[]): void {
    this.#caches.people.note(participants.map((person) => [person.user_id, person]));
    this.#caches.presence.note(participants.map((person) => [person.user_id, person]));
  }
}

/** Pages further back are not touched by what is said now. */
function isNewestPage(key: readonly unknown[]): boolean {
  const [, , , place] = key;
  return typeof place === "object" && place !== null && "offset" in place && place.offset === 0;
}

function replaced(messages: readonly Message[], news: Message): readonly Message[] {
  return messages.map((message) => (message.id === news.id ? news : message));
}

function unique(messages: readonly Message[]): readonly Message[] {
  return [...new Map(messages.map((message) => [message.id, message])).values()];
}
