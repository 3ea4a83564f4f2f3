import type { ChatUser, PersonEntry, Profile, UpdateProfileRequest, User } from "../types.ts";
import type { Http } from "./http.ts";

/** The directory, the user's own profile. */
export function peopleApi(http: Http) {
  return {
    /** Everybody, by id, 10 000 at most; the dialogs filter by themselves. */
    chatUsers: (signal?: AbortSignal) => http.get<ChatUser[]>("/api/v1/users/chat-users/", { signal }),
    /** The ten first whose name contains `q`, with presence; without the user. */
    async search(q: string, signal?: AbortSignal): Promise<readonly PersonEntry[]> {
      return (await http.get<{ users: PersonEntry[] }>("/api/auth/search/", { query: { q }, signal })).users;
    },
    me: (signal?: AbortSignal) => http.get<User>("/api/auth/me/", { signal }),
    profile: (signal?: AbortSignal) => http.get<Profile>("/api/auth/profile/", { signal }),
    async updateProfile(body: UpdateProfileRequest): Promise<Profile> {
      return (await http.patch<{ user: Profile }>("/api/auth/profile/", { body })).user;
    },
  };
}
