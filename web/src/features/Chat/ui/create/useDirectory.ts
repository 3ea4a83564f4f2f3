import { useMemo } from "react";
import type { ChatUser } from "../../lib/types.ts";
import { useChatUsers } from "../../model/people/hooks.ts";
import { useMyId } from "../../model/runtime/hooks.ts";

/** The directory, as a picker sees it. */
export interface Directory {
  readonly users: readonly ChatUser[];
  readonly state: "loading" | "ready" | "failed";
  readonly retry: () => void;
}

/** Everybody whom the user may pick; read once `isWanted`, and kept for the next dialog. */
export function useDirectory(isWanted: boolean): Directory {
  const { data, isError, refetch } = useChatUsers(isWanted);
  const me = useMyId();
  const users = useMemo(() => (data ?? []).filter(({ id }) => id !== me), [data, me]);
  return {
    users,
    state: data !== undefined ? "ready" : isError ? "failed" : "loading",
    // What fails again is in the state.
    retry: () => void refetch(),
  };
}
