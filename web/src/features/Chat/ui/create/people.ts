import { displayName } from "../../lib/format/names.ts";
import type { ChatUser } from "../../lib/types.ts";

/** "First last", as the search goes by it. */
export function fullName(user: ChatUser): string {
  return displayName(user);
}

/** Whether a person is meant by what somebody typed: every word of it begins or is within a part of the name. */
export function matchesPerson(user: ChatUser, query: string): boolean {
  const name = folded(`${user.first_name} ${user.last_name} ${user.middle_name}`);
  return folded(query)
    .split(/\s+/u)
    .every((word) => name.includes(word));
}

function folded(text: string): string {
  return text.trim().toLocaleLowerCase().replaceAll("ё", "е");
}
