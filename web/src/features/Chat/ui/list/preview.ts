import type { Conversation, UserId } from "../../lib/types.ts";
import type { Text } from "../../model/useText.ts";

/** What the second line of a row is made of. */
export interface PreviewFacts {
  readonly conversation: Conversation;
  readonly me: UserId | null;
  /** Who writes there now. */
  readonly typing: readonly UserId[];
  /** What the user has written there and not sent. */
  readonly draft: string;
  /** A person's name, in short. */
  readonly nameOf: (id: UserId) => string;
}

/** The second line of a row, and whether it is about something that goes on. */
export interface Preview {
  readonly text: string;
  readonly kind: "typing" | "draft" | "message" | "empty";
}

/** Who writes comes first, then a draft, then what was said last, then what kind of conversation it is. */
export function preview(facts: PreviewFacts, t: Text["t"]): Preview {
  const { conversation, typing, draft } = facts;
  if (typing.length > 0) return { kind: "typing", text: typingText(facts, t) };
  const written = oneLine(draft);
  if (written !== "") return { kind: "draft", text: t("list.draft", { text: written }) };
  if (conversation.last_message) return { kind: "message", text: messageText(facts, t) };
  return {
    kind: "empty",
    text: t(conversation.type === "group" ? "list.group" : "list.privateConversation"),
  };
}

function typingText({ conversation, typing, nameOf }: PreviewFacts, t: Text["t"]): string {
  const [first] = typing;
  if (conversation.type === "private" || first === undefined) return t("list.typing");
  return typing.length > 1 ? t("list.typingSeveral") : t("list.typingName", { name: nameOf(first) });
}

function messageText({ conversation, me, nameOf }: PreviewFacts, t: Text["t"]): string {
  const message = conversation.last_message;
  const text = oneLine(message?.text ?? "") || t("list.attachment");
  if (message === undefined || message === null) return text;
  if (message.sender_id === me) return t("list.said", { name: t("common.you"), text });
  return conversation.type === "group" ? t("list.said", { name: nameOf(message.sender_id), text }) : text;
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}
