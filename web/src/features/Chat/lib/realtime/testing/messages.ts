import type { Message, Seq } from "../../types.ts";

/** A message as the server shows it; what is left out is of no interest to the test. */
export function messageAt(seq: Seq, over: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    conversation_id: "c",
    sender_id: 2,
    seq,
    number: seq,
    text: `text ${seq}`,
    reply_to: null,
    created_at: new Date(1_800_000_000_000 + seq).toISOString(),
    is_edited: false,
    ...over,
  };
}
