import type { Locale } from "../locale.ts";
import type { Conversation, ConversationType, UserId } from "../types.ts";

/** What lists say of a person's name. */
export interface NameFacts {
  readonly id?: UserId | undefined;
  readonly first_name?: string | null | undefined;
  readonly last_name?: string | null | undefined;
  readonly username?: string | null | undefined;
}

const UNKNOWN: Record<Locale, string> = { ru: "Пользователь", ky: "Колдонуучу", en: "User" };

const UNTITLED: Record<Locale, Record<ConversationType, string>> = {
  ru: { group: "Групповой чат", private: "Беседа" },
  ky: { group: "Топтук чат", private: "Маек" },
  en: { group: "Group chat", private: "Conversation" },
};

/** "Айбек Токтогулов"; else the username; else "Пользователь 7". Never empty. */
export function displayName(person: NameFacts, locale: Locale = "ru"): string {
  const full = [person.first_name, person.last_name].map((part) => part?.trim() ?? "").filter(Boolean);
  if (full.length > 0) return full.join(" ");
  const username = person.username?.trim();
  if (username) return username;
  return person.id === undefined ? UNKNOWN[locale] : `${UNKNOWN[locale]} ${person.id}`;
}

/** Up to two letters for a picture's place: of the first two words of a name; "?" when there is no letter or digit. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = words.map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? "").filter(Boolean);
  return letters.length === 0 ? "?" : letters.slice(0, 2).join("").toLocaleUpperCase();
}

/** What a conversation is called: its title; of a private one the other side's name; else what kind it is. */
export function conversationTitle(
  conversation: Pick<Conversation, "title" | "type" | "other_user">,
  locale: Locale = "ru",
): string {
  const title = conversation.title?.trim();
  if (title) return title;
  const other = conversation.other_user;
  return other ? displayName(other, locale) : UNTITLED[locale][conversation.type];
}
