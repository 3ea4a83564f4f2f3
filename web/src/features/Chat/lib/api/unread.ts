import type { Http } from "./http.ts";

/** How much is unread in everything that the list shows. */
export function unreadApi(http: Http) {
  return {
    async total(signal?: AbortSignal): Promise<number> {
      return (await http.get<{ unread_count: number }>("/api/unet-chat/unread/", { signal })).unread_count;
    },
  };
}
