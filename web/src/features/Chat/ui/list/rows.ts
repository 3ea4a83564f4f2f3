import { conversationTitle, displayName, type NameFacts } from "../../lib/format/names.ts";
import type { Locale } from "../../lib/locale.ts";
import type { Conversation } from "../../lib/types.ts";

/** Which conversations the list shows. */
export type ListTab = "all" | "personal" | "groups" | "unread";

export const LIST_TABS: readonly ListTab[] = ["all", "personal", "groups", "unread"];

/** Whether the user has something to read there, or has marked it so. */
export function isUnread(row: Conversation): boolean {
  return (row.unread_count ?? 0) > 0 || row.my?.is_marked_unread === true;
}

/** The rows of a tab that a search is for: case does not count, and names count as well as titles. */
export function filtered(
  rows: readonly Conversation[],
  tab: ListTab,
  query: string,
  locale: Locale,
): readonly Conversation[] {
  const wanted = folded(query);
  if (tab === "all" && wanted === "") return rows;
  return rows.filter((row) => isInTab(row, tab) && (wanted === "" || names(row, locale).includes(wanted)));
}

function isInTab(row: Conversation, tab: ListTab): boolean {
  switch (tab) {
    case "all":
      return true;
    case "personal":
      return row.type === "private";
    case "groups":
      return row.type === "group";
    case "unread":
      return isUnread(row);
  }
}

/** Everything that the row may be looked up by, in one string. */
function names(row: Conversation, locale: Locale): string {
  const people: NameFacts[] = [...(row.participants_head ?? []), ...(row.participants ?? [])];
  if (row.other_user) people.push(row.other_user, { first_name: row.other_user.username });
  const parts = [conversationTitle(row, locale), ...people.map((person) => displayName(person, locale))];
  return folded(parts.join("\n"));
}

function folded(text: string): string {
  return text.trim().toLocaleLowerCase().replaceAll("ё", "е");
}
