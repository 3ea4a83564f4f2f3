import { Store } from "../../lib/store.ts";
import type { UserId } from "../../lib/types.ts";

/** Whether a person is there, and since when or until when. */
export interface Presence {
  readonly isOnline: boolean;
  /** RFC 3339; `null` when unknown. */
  readonly lastSeen: string | null;
}

interface Seen {
  readonly is_online?: boolean;
  readonly last_seen?: string | null;
}

/** Everybody's presence, from lists that carry it and from what the socket tells after. */
export class PresenceBook {
  readonly store = new Store<ReadonlyMap<UserId, Presence>>(new Map());

  note(people: Iterable<readonly [UserId, Seen]>): void {
    const next = new Map(this.store.getSnapshot());
    let hasChanged = false;
    for (const [id, { is_online, last_seen }] of people) {
      if (is_online === undefined) continue;
      const old = next.get(id);
      const lastSeen = last_seen ?? null;
      if (old?.isOnline === is_online && old.lastSeen === lastSeen) continue;
      next.set(id, { isOnline: is_online, lastSeen });
      hasChanged = true;
    }
    if (hasChanged) this.store.set(next);
  }

  clear(): void {
    this.store.set(new Map());
  }
}
