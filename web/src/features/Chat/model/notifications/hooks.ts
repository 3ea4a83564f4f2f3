import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type {
  Notification,
  NotificationId,
  NotificationSettings,
  NotificationSwitch,
} from "../../lib/types.ts";
import { useLiveRuntime } from "../runtime/context.tsx";
import { keys } from "../runtime/keys.ts";
import type { ChatRuntime } from "../runtime/runtime.ts";
import { useReadable } from "../runtime/useReadable.ts";

/** What can be done with notifications; shown at once, and taken back when the server refuses. */
export interface NotificationActions {
  readonly markRead: (id: NotificationId) => Promise<void>;
  readonly markAllRead: () => Promise<void>;
  readonly remove: (id: NotificationId) => Promise<void>;
}

/** The newest 200 notifications, newest first. */
export function useNotifications(
  isEnabled = true,
): UseQueryResult<readonly Notification[]> & NotificationActions {
  const runtime = useLiveRuntime();
  const query = useQuery(
    {
      queryKey: keys.notifications,
      queryFn: ({ signal }) => runtime.api.notifications.all(signal),
      enabled: isEnabled,
    },
    runtime.queries,
  );
  const actions = useMemo(() => notificationActions(runtime), [runtime]);
  return { ...query, ...actions };
}

/** How many notifications are unread; 0 while it is not known. */
export function useNotificationCount(): number {
  const { api, queries, me } = useLiveRuntime();
  const userId = useReadable(me);
  const { data } = useQuery(
    {
      queryKey: keys.notificationCount,
      queryFn: ({ signal }) => api.notifications.unreadCount(signal),
      enabled: userId !== null,
    },
    queries,
  );
  return data ?? 0;
}

/** The six switches, and a way to turn some. */
export function useNotificationSettings(): UseQueryResult<NotificationSettings> & {
  readonly set: (change: Partial<Record<NotificationSwitch, boolean>>) => Promise<void>;
} {
  const runtime = useLiveRuntime();
  const { api, queries } = runtime;
  const query = useQuery(
    { queryKey: keys.notificationSettings, queryFn: ({ signal }) => api.notifications.settings(signal) },
    queries,
  );
  const set = useMemo(
    () => async (change: Partial<Record<NotificationSwitch, boolean>>) => {
      const before = queries.getQueryData<NotificationSettings>(keys.notificationSettings);
      if (before !== undefined) queries.setQueryData(keys.notificationSettings, { ...before, ...change });
      try {
        queries.setQueryData(keys.notificationSettings, await api.notifications.setSettings(change));
      } catch (error) {
        queries.setQueryData(keys.notificationSettings, before);
        throw error;
      }
    },
    [api, queries],
  );
  return { ...query, set };
}

type List = readonly Notification[];

function notificationActions({ api, queries }: ChatRuntime): NotificationActions {
  const change = async (next: (list: List) => List, ask: () => Promise<unknown>): Promise<void> => {
    queries.setQueryData<List>(keys.notifications, (list) => list && next(list));
    try {
      await ask();
    } catch (error) {
      await queries.invalidateQueries({ queryKey: keys.notifications });
      throw error;
    } finally {
      await queries.invalidateQueries({ queryKey: keys.notificationCount });
    }
  };
  const read = (entry: Notification) => ({ ...entry, is_read: true });
  return {
    markRead: (id) =>
      change(
        (list) => list.map((entry) => (entry.id === id ? read(entry) : entry)),
        () => api.notifications.markRead(id),
      ),
    markAllRead: () =>
      change(
        (list) => list.map(read),
        () => api.notifications.markAllRead(),
      ),
    remove: (id) =>
      change(
        (list) => list.filter((entry) => entry.id !== id),
        () => api.notifications.remove(id),
      ),
  };
}
