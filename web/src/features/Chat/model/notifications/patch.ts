import type { Notification } from "../../lib/types.ts";

/** A list with a notification at its top, in the place of an older state of the same. */
export function withNotification(list: readonly Notification[], news: Notification): readonly Notification[] {
  return [news, ...list.filter(({ id }) => id !== news.id)];
}
