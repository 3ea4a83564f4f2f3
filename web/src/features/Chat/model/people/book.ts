import type { ChatApi } from "../../lib/api/api.ts";
import { displayName } from "../../lib/format/names.ts";
import type { Locale } from "../../lib/locale.ts";
import { Store } from "../../lib/store.ts";
import type { UserId } from "../../lib/types.ts";

/** A person as rows and bubbles show them. */
export interface PersonCard {
  readonly id: UserId;
  /** Never empty. */
  readonly name: string;
  readonly firstName: string;
  readonly lastName: string;
  /** An address of a picture; `null` when there is none. */
  readonly avatar: string | null;
}

/** What lists say of a person. */
export interface PersonFacts {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly avatar?: string | null;
}

/** How long questions for unknown people are gathered, in ms: the rows of one screen ask in one frame. */
const GATHER_MS = 50;

/** How soon the directory may be asked again for somebody whom it did not have, in ms. */
const DIRECTORY_FRESH_MS = 5 * 60 * 1000;

/**
 * Names and pictures by id. Lists that carry people fill it; for who is in none of them it reads the directory, once
 * for everybody, however many ask.
 */
export class PeopleBook {
  readonly store = new Store<ReadonlyMap<UserId, PersonCard>>(new Map());
  readonly #api: Pick<ChatApi, "people">;
  readonly #locale: Locale;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #generation = 0;

  constructor(api: Pick<ChatApi, "people">, locale: Locale = "ru") {
    this.#api = api;
    this.#locale = locale;
  }

  note(people: Iterable<readonly [UserId, PersonFacts]>): void {
    const next = new Map(this.store.getSnapshot());
    let hasChanged = false;
    for (const [id, facts] of people) {
      const card = cardOf(id, facts, this.#locale);
      if (isSame(next.get(id), card)) continue;
      next.set(id, card);
      hasChanged = true;
    }
    if (hasChanged) this.store.set(next);
  }

  /** A card for somebody of whom nothing is known yet. */
  stranger(id: UserId): PersonCard {
    return cardOf(id, {}, this.#locale);
  }

  /** Makes sure that these are known soon, if anybody knows them. */
  want(ids: Iterable<UserId>): void {
    const known = this.store.getSnapshot();
    const hasStrangers = [...ids].some((id) => !known.has(id));
    if (!hasStrangers || this.#timer !== null) return;
    if (performance.now() - this.#askedAt < DIRECTORY_FRESH_MS) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#readDirectory();
    }, GATHER_MS);
  }

  clear(): void {
    this.#generation += 1;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.store.set(new Map());
  }

  async #readDirectory(): Promise<void> {
    const generation = this.#generation;
    this.#askedAt = performance.now();
    try {
      const people = await this.#api.people.chatUsers();
      if (generation === this.#generation) this.note(people.map((person) => [person.id, person]));
    } catch {
      // Names are a courtesy: rows show the fallback, and the next question after the pause tries again.
    }
  }
}

function cardOf(id: UserId, facts: PersonFacts, locale: Locale): PersonCard {
  return {
    id,
    name: displayName({ ...facts, id }, locale),
    firstName: facts.first_name ?? "",
    lastName: facts.last_name ?? "",
    avatar: facts.avatar || null,
  };
}

function isSame(a: PersonCard | undefined, b: PersonCard): boolean {
  return a?.name === b.name && a.avatar === b.avatar && a.firstName === b.firstName;
}
