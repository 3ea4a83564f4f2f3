import type { UserId } from "../types.ts";

/** Reads the user out of a token's claim `user_id`, without checking it: only the server can. `null` when it has none. */
export function userIdOf(token: string): UserId | null {
  const [, payload] = token.split(".");
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(decoded(payload));
    if (typeof claims !== "object" || claims === null || !("user_id" in claims)) return null;
    return asUserId(claims.user_id);
  } catch {
    // Not a JWT: a host's opaque token.
    return null;
  }
}

/** A user id out of foreign JSON: a positive integer, also as text. */
export function asUserId(value: unknown): UserId | null {
  const id = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** Base64url as JWTs have it, as UTF-8 text. */
function decoded(part: string): string {
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}
