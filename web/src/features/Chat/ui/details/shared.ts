import type { Attachment, Message } from "../../lib/types.ts";
import { linksOf } from "../messages/segments.ts";

/** What was shared in a conversation, newest first. */
export interface Shared {
  /** Pictures and films. */
  readonly media: readonly Attachment[];
  /** Addresses of the web, each once. */
  readonly links: readonly string[];
  /** All other files. */
  readonly docs: readonly Attachment[];
}

/** Gathers what the loaded messages share. */
export function sharedIn(messages: readonly Message[]): Shared {
  const newestFirst = messages.filter((message) => !message.deleted_at).reverse();
  const files = newestFirst.flatMap((message) => message.attachments ?? []);
  return {
    media: files.filter((file) => file.file_type !== "file"),
    links: [...new Set(newestFirst.flatMap((message) => linksOf(message.text ?? "")))],
    docs: files.filter((file) => file.file_type === "file"),
  };
}
