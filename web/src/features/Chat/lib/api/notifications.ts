import type { Notification, NotificationSettings, NotificationSwitch } from "../types.ts";
import type { Http } from "./http.ts";

const ROOT = "/api/notifications/";

/** Notifications and the six switches of what makes some. */
export function notificationsApi(http: Http) {
  return {
    /** The newest 200 at most, newest first. */
    all: (signal?: AbortSignal) => http.get<Notification[]>(ROOT, { signal }),
    async unreadCount(signal?: AbortSignal): Promise<number> {
      return (await http.get<{ unread_count: number }>(`${ROOT}unread_count/`, { signal })).unread_count;
    },
    markRead: (id: number) => http.post<Notification>(`${ROOT}${id}/mark_read/`),
    markAllRead: () => http.post<void>(`${ROOT}mark_all_read/`),
    remove: (id: number) => http.delete(`${ROOT}${id}/`),
    settings: (signal?: AbortSignal) => http.get<NotificationSettings>(`${ROOT}settings/`, { signal }),
    setSettings: (change: Partial<Record<NotificationSwitch, boolean>>) =>
      http.patch<NotificationSettings>(`${ROOT}settings/`, { body: change }),
  };
}
