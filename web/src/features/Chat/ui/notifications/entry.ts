import { conversationTitle } from "../../lib/format/names.ts";
import type { TextKey, Translate } from "../../lib/i18n/translator.ts";
import type { Locale } from "../../lib/locale.ts";
import type { Notification } from "../../lib/types.ts";

/** What a notification is about, as far as its picture goes. */
export type Subject = "order" | "claim" | "message" | "balance" | "bid" | "system";

/** Beginnings and parts of type names, the server's own and those that hosts use; the first that fits counts. */
const SUBJECTS: readonly (readonly [RegExp, Subject])[] = [
  [/message|mention|reply|comment|added|contact/, "message"],
  [/claim|dispute/, "claim"],
  [/balance|payment|money/, "balance"],
  [/bid|offer/, "bid"],
  [/order|deadline|status|file|review|rating/, "order"],
];

export function subjectOf({ type }: Pick<Notification, "type">): Subject {
  return SUBJECTS.find(([pattern]) => pattern.test(type))?.[1] ?? "system";
}

/** Whether it stands under "Заказы". */
export function isAboutOrders(entry: Pick<Notification, "type" | "related_object_type">): boolean {
  const subject = subjectOf(entry);
  return (
    entry.related_object_type === "order" || subject === "order" || subject === "bid" || subject === "claim"
  );
}

/** Where the host shows what it is about: `/order/7`; `null` when it does not say. */
export function actionPath(
  entry: Pick<Notification, "related_object_type" | "related_object_id">,
): string | null {
  const { related_object_type: kind, related_object_id: id } = entry;
  if (!kind || id === null || id === undefined) return null;
  return `/${encodeURIComponent(kind)}/${id}`;
}

/** What the texts put into a title. */
interface Facts {
  /** Who spoke; `null` where nobody did. */
  readonly name: string | null;
  /** What the group is called; `null` outside of groups. */
  readonly group: string | null;
}

/** Titles of the entries that the server writes itself, by their type; it lets no host write entries of these types. */
const OWN_TITLES: Readonly<Record<string, (facts: Facts, t: Translate) => string | null>> = {
  message: ({ name }, t) => name && t("notifications.messageFrom", { name }),
  mention: spoken("notifications.mentioned", "notifications.mentionedIn"),
  reply: spoken("notifications.reply", "notifications.replyIn"),
  added: (_facts, t) => t("notifications.added"),
};

function spoken(key: TextKey, keyInGroup: TextKey) {
  return ({ name, group }: Facts, t: Translate) =>
    name && (group === null ? t(key, { name }) : t(keyInGroup, { name, group }));
}

/** The title in the reader's language; as it came where a host wrote it, or a server that says no facts beside it. */
export function titleOf(
  { type, title, data }: Pick<Notification, "type" | "title" | "data">,
  t: Translate,
  locale: Locale,
): string {
  const words = Object.hasOwn(OWN_TITLES, type) ? OWN_TITLES[type] : undefined;
  const facts = factsOf(data, locale);
  return (words && facts && words(facts, t)) ?? title;
}

function factsOf(data: unknown, locale: Locale): Facts | null {
  if (typeof data !== "object" || data === null) return null;
  const {
    conversation_type: type,
    conversation_title: title,
    sender_name: name,
  } = data as Partial<Record<string, unknown>>;
  if (type !== "private" && type !== "group") return null;
  const called = typeof title === "string" ? title : null;
  return {
    name: typeof name === "string" ? name : null,
    group: type === "group" ? conversationTitle({ type, title: called }, locale) : null,
  };
}
