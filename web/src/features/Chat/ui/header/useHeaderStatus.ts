import { lastSeen as lastSeenText } from "../../lib/format/dates.ts";
import type { Conversation, UserId } from "../../lib/types.ts";
import { usePresence } from "../../model/people/hooks.ts";
import { useText } from "../../model/useText.ts";

/** People that the line names while they write; of more it says how many. */
const WRITERS_NAMED = 2;

export interface HeaderStatusInput {
  conversation: Conversation | undefined;
  /** Who writes now. */
  typing: readonly UserId[];
  nameOf: (id: UserId) => string;
  /** How many are in the group; 0 while that is not known. */
  memberCount: number;
  /** The socket is down: nobody knows who is there. */
  isOffline: boolean;
}

/** The line under the title: who writes comes first, then of what kind the conversation is and who is there. */
export function useHeaderStatus(input: HeaderStatusInput) {
  const { conversation, typing, nameOf, memberCount, isOffline } = input;
  const { t, locale } = useText();
  const other = conversation?.type === "private" ? (conversation.other_user?.id ?? null) : null;
  const { isOnline: wasOnline, lastSeen } = usePresence(other);
  const isOnline = other === null || isOffline ? undefined : wasOnline;
  const typed = typingLine();
  if (typed !== null) return { status: typed, isOnline };
  if (conversation === undefined) return { status: "", isOnline: undefined };
  if (conversation.type === "group") {
    const members = memberCount > 0 ? ` · ${t("details.members", { count: memberCount })}` : "";
    return { status: `${t("messages.groupChat")}${members}`, isOnline: undefined };
  }
  return { status: `${t("messages.privateChat")}${presence()}`, isOnline };

  function typingLine(): string | null {
    const names = typing.slice(0, WRITERS_NAMED).map(nameOf);
    if (typing.length === 0) return null;
    if (conversation?.type !== "group") return t("messages.typing");
    if (typing.length > WRITERS_NAMED) return t("messages.typingSeveral", { count: typing.length });
    return t(typing.length === 1 ? "messages.typingOne" : "messages.typingTwo", { names: names.join(", ") });
  }

  function presence(): string {
    if (other === null || isOffline) return "";
    if (isOnline) return ` · ${t("common.online")}`;
    const seen = lastSeenText(lastSeen, new Date(), locale);
    return ` · ${seen === "" ? t("common.offline") : seen}`;
  }
}
