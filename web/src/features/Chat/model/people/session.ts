import { useMemo } from "react";
import { unauthorizedError } from "../../lib/api/errors.ts";
import { isOwnSession, type OwnSession } from "../../lib/api/tokens.ts";
import type { ChangePasswordRequest, RegisterRequest, Welcome } from "../../lib/types.ts";
import { useLiveRuntime } from "../runtime/context.tsx";
import type { ChatRuntime } from "../runtime/runtime.ts";

/** Signing in and out with the service's own accounts. Each promise rejects with an `ApiError`. */
export interface SessionActions {
  /** `false` where a host signs people in: then the others reject. */
  readonly isOwn: boolean;
  /** Whether the last sign-in is over without the user having ended it. */
  readonly hasRunOut: () => boolean;
  readonly register: (request: RegisterRequest) => Promise<void>;
  readonly login: (username: string, password: string) => Promise<void>;
  /** Ends the sign-in here at once, and on the server when it answers. */
  readonly logout: () => Promise<void>;
  readonly changePassword: (request: ChangePasswordRequest) => Promise<void>;
}

/** Registers, signs in and out, changes the password. */
export function useSession(): SessionActions {
  const runtime = useLiveRuntime();
  return useMemo(() => sessionActions(runtime), [runtime]);
}

function sessionActions({ api, session, client }: ChatRuntime): SessionActions {
  const own = (): OwnSession => {
    if (!isOwnSession(session)) throw unauthorizedError();
    return session;
  };
  const welcome = ({ tokens, user }: Welcome) => own().signIn(tokens, user.id);
  return {
    isOwn: isOwnSession(session),
    hasRunOut: () => isOwnSession(session) && session.hasRunOut(),
    register: async (request) => welcome(await api.auth.register(request)),
    login: async (username, password) => welcome(await api.auth.login(username, password)),
    async logout() {
      const mine = own();
      client.stop();
      try {
        await api.auth.logout(mine.refreshToken());
      } finally {
        mine.signOut();
      }
    },
    async changePassword(request) {
      await api.auth.changePassword(request);
    },
  };
}
