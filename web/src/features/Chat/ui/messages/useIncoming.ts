import { useEffect, useRef, useState } from "react";
import type { Message, Seq, UserId } from "../../lib/types.ts";
import type { Text } from "../../model/useText.ts";
import { type Announcement, Announcer } from "./announcer.ts";
import { isByOther } from "./timeline.ts";

/** Names that an announcement says; of more people it says only how many messages there are. */
const NAMES_SAID = 3;

export interface IncomingInput {
  messages: readonly Message[];
  /** Whether `messages` reaches to the newest: what a jump loads is no news. */
  isLive: boolean;
  me: UserId | null;
  nameOf: (id: UserId) => string;
  t: Text["t"];
}

/** What a screen reader is to say of the messages that come, once a second at most: for a polite live region. */
export function useIncoming({ messages, isLive, me, nameOf, t }: IncomingInput): string {
  const [said, setSaid] = useState<Announcement | null>(null);
  const announcer = useRef<Announcer | null>(null);
  const newest = useRef<Seq | null>(null);

  useEffect(() => {
    const made = new Announcer(setSaid);
    announcer.current = made;
    return () => made.stop();
  }, []);

  useEffect(() => {
    const last = messages.at(-1)?.seq;
    if (last === undefined || !isLive) return;
    const before = newest.current;
    newest.current = Math.max(before ?? 0, last);
    if (before === null) return;
    for (const message of messages.slice(-(last - before))) {
      if (message.seq > before && isByOther(message, me)) announcer.current?.add(nameOf(message.sender_id));
    }
  }, [messages, isLive, me, nameOf]);

  if (said === null) return "";
  const { count, names } = said;
  return names.length > NAMES_SAID
    ? t("messages.announceMany", { count })
    : t("messages.announce", { count, names: names.join(", ") });
}
