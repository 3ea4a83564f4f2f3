import type { TextKey, Translate } from "../../lib/i18n/translator.ts";
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

/**
 * What the server calls the entries that it writes itself, and the text that says the same. It has no other place for
 * who wrote and where; it lets no host write entries of these types.
 */
const OWN_TITLES: Readonly<Record<string, readonly (readonly [RegExp, TextKey])[]>> = {
  message: [[/^Новое сообщение от (?<name>.+)$/s, "notifications.messageFrom"]],
  mention: [
    [/^Вас упоминает (?<name>.+?) в «(?<group>.+)»$/s, "notifications.mentionedIn"],
    [/^Вас упоминает (?<name>.+)$/s, "notifications.mentioned"],
  ],
  reply: [
    [/^Ответ от (?<name>.+?) в «(?<group>.+)»$/s, "notifications.replyIn"],
    [/^Ответ от (?<name>.+)$/s, "notifications.reply"],
  ],
  added: [[/^Вас добавили в беседу$/, "notifications.added"]],
};

/** The title in the reader's language; as it came where a host wrote it, or the server has taken to other words. */
export function titleOf({ type, title }: Pick<Notification, "type" | "title">, t: Translate): string {
  const words = Object.hasOwn(OWN_TITLES, type) ? OWN_TITLES[type] : undefined;
  for (const [pattern, key] of words ?? []) {
    const found = pattern.exec(title);
    if (found !== null) return t(key, { ...found.groups });
  }
  return title;
}
