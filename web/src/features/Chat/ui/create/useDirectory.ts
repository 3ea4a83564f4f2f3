import { useMemo } from "react";
import { useChatUsers } from "../../model/people/hooks.ts";
import { useMyId } from "../../model/runtime/hooks.ts";
import type { Directory } from "./PeoplePicker.tsx";

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
