import type { Mention, UserId } from "../../lib/types.ts";

/** Somebody whom the user has picked from the list of names while writing. */
export interface PickedPerson {
  readonly userId: UserId;
  /** As it stands in the text, behind the `@`. */
  readonly name: string;
}

/** The server takes no more mentions in one message. */
const MOST_MENTIONS = 50;

/** The `@…` that is being written at the caret: where it begins, and what follows the sign; `null` when there is none. */
export function mentionAt(text: string, caret: number): { start: number; query: string } | null {
  const before = text.slice(0, caret);
  const match = /(?:^|[\s(])@([\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]*)?)$/u.exec(before);
  const query = match?.[1];
  if (query === undefined) return null;
  return { start: caret - query.length - 1, query };
}

/** The people whose name has a word that begins with what is written, or that begins with it itself. */
export function matchPeople<T extends { name: string }>(people: readonly T[], query: string): T[] {
  const wanted = query.trim().toLocaleLowerCase();
  if (wanted === "") return [...people];
  return people.filter((person) => {
    const name = person.name.toLocaleLowerCase();
    return name.startsWith(wanted) || name.split(/\s+/).some((word) => word.startsWith(wanted));
  });
}

/** Where in the text the picked people are named; whoever was deleted from it again is not. */
export function mentionsIn(text: string, picked: readonly PickedPerson[]): Mention[] {
  const found: Mention[] = [];
  // Longer names first: "@Анна Ли" is not "@Анна".
  for (const person of [...picked].sort((a, b) => b.name.length - a.name.length)) {
    const written = `@${person.name}`;
    for (let at = text.indexOf(written); at !== -1; at = text.indexOf(written, at + written.length)) {
      const isTaken = found.some(
        (other) => at < other.offset + other.length && other.offset < at + written.length,
      );
      if (!isTaken) found.push({ user_id: person.userId, offset: at, length: written.length });
    }
  }
  return found.sort((a, b) => a.offset - b.offset).slice(0, MOST_MENTIONS);
}

/** The people who are mentioned in a text that exists, as if they had been picked: for editing it. */
export function pickedFrom(text: string, mentions: readonly Mention[]): PickedPerson[] {
  return mentions.map((mention) => ({
    userId: mention.user_id,
    name: text.slice(mention.offset + 1, mention.offset + mention.length),
  }));
}
