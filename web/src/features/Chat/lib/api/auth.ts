import type { ChangePasswordRequest, RegisterRequest, Tokens, Welcome } from "../types.ts";
import type { Http } from "./http.ts";

/** Accounts of the service itself; where a host signs people in, only the host's tokens are used. */
export function authApi(http: Http) {
  return {
    register: (body: RegisterRequest) => http.post<Welcome>("/api/auth/register/", { body, isPublic: true }),
    login: (username: string, password: string) =>
      http.post<Welcome>("/api/auth/login/", { body: { username, password }, isPublic: true }),
    refresh: (refresh: string) =>
      http.post<Tokens>("/api/auth/token/refresh/", { body: { refresh }, isPublic: true }),
    /** Ends this sign-in on the server: its tokens and its sockets. */
    logout: (refresh: string | null) =>
      http.post<{ message: string }>("/api/auth/logout/", { body: refresh === null ? {} : { refresh } }),
    changePassword: (body: ChangePasswordRequest) =>
      http.post<{ message: string }>("/api/auth/change-password/", { body }),
  };
}
