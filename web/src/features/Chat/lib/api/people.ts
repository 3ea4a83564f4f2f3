import type { ChatUser, PersonEntry, Profile, UpdateProfileRequest, User } from "../types.ts";
import type { Http } from "./http.ts";

/** What the server puts where somebody has no picture, on the paths whose older clients need one: nothing to load. */
const NO_PICTURE = /^https:\/\/via\.placeholder\.com\//;

/** The directory, the user's own profile. A person without a picture has an empty `avatar`. */
export function peopleApi(http: Http) {
  return {
    /** Everybody, by id, 10 000 at most; the dialogs filter by themselves. */
    chatUsers: (signal?: AbortSignal) => http.get<ChatUser[]>("/api/v1/users/chat-users/", { signal }),
    /** The ten first whose name contains `q`, with presence; without the user. */
    async search(q: string, signal?: AbortSignal): Promise<readonly PersonEntry[]> {
      const found = await http.get<{ users: PersonEntry[] }>("/api/auth/search/", { query: { q }, signal });
      return found.users.map((person) => withoutPlaceholder(person));
    },
    me: (signal?: AbortSignal) => http.get<User>("/api/auth/me/", { signal }),
    async profile(signal?: AbortSignal): Promise<Profile> {
      return ownPicture(await http.get<Profile>("/api/auth/profile/", { signal }));
    },
    async updateProfile(body: UpdateProfileRequest): Promise<Profile> {
      return ownPicture((await http.patch<{ user: Profile }>("/api/auth/profile/", { body })).user);
    },
  };
}

function ownPicture(profile: Profile): Profile {
  return { ...profile, profile: withoutPlaceholder(profile.profile) };
}

function withoutPlaceholder<T extends { avatar: string }>(person: T): T {
  return NO_PICTURE.test(person.avatar) ? { ...person, avatar: "" } : person;
}
