/** The frames of the socket, by the server's own document; `docs/protocol.md` tells what they mean. */
import type { Frames } from "../generated/frames.ts";

export type { ErrorFrame, Hello, MessageAck, NewMessage } from "../generated/frames.ts";

/** What the server says. Types that are not named there are ignored. */
export type ServerFrame = Frames["server"];

/** What the client says; `ref` comes back in an `error`. */
export type ClientFrame = Frames["client"];

type Named<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

/** A change of a conversation's messages. */
export type MessageFrame = Named<"message:new" | "message:edited" | "message:deleted">;

/** A change of a conversation or of who is in it. */
export type RoomFrame = Named<
  | "conversation:updated"
  | "conversation:deleted"
  | "participant:added"
  | "participant:updated"
  | "participant:removed"
>;

/** How things stand at the moment: without a number, never sent again. */
export type PassingFrame = Named<
  "conversation:new" | "message:read" | "conversation:state" | "typing" | "presence" | "notification:new"
>;

/** Takes a text frame apart; `null` when it is not one. Unknown types pass: whoever dispatches ignores them. */
export function decodeFrame(text: string): ServerFrame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  if (!("type" in value) || typeof value.type !== "string") return null;
  if (!("payload" in value) || typeof value.payload !== "object" || value.payload === null) return null;
  // The server's document promises the payload of each type; it is not checked field by field here.
  return value as ServerFrame;
}
