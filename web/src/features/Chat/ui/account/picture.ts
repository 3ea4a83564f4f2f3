import type { Profile } from "../../lib/types.ts";

/** What the profile's dialect answers for a person without a picture: it promises that there is always an address. */
const STAND_IN = "https://via.placeholder.com/";

/** The address of a person's own picture; `null` when they have none. */
export function pictureOf({ profile }: Pick<Profile, "profile">): string | null {
  return profile.avatar === "" || profile.avatar.startsWith(STAND_IN) ? null : profile.avatar;
}
