import { useEffect, useRef } from "react";
import { useConnection, useMyId, useRuntime, useUnreadTotal } from "../features/Chat/index.ts";
import type { Tell } from "./events.ts";

/** Tells the page what happens inside; draws nothing. */
export function HostEvents({ tell }: { tell: Tell }) {
  useConnectionEvents(tell);
  useMessageEvents(tell);
  useUnreadEvents(tell);
  return null;
}

function useConnectionEvents(tell: Tell): void {
  const { name } = useConnection().state;
  const isReady = useRef(false);
  useEffect(() => {
    if (name !== "online" || isReady.current) return;
    isReady.current = true;
    tell("unet-chat:ready", {});
  }, [name, tell]);
}

function useMessageEvents(tell: Tell): void {
  const { client } = useRuntime();
  const me = useMyId();
  useEffect(
    () =>
      client.listen((event) => {
        if (event.type === "message:new") {
          tell("unet-chat:message", { message: event.message, isOwn: event.message.sender_id === me });
        }
        if (event.type === "refused") {
          tell("unet-chat:error", { code: event.code, message: event.message });
        }
      }),
    [client, me, tell],
  );
}

function useUnreadEvents(tell: Tell): void {
  const count = useUnreadTotal();
  useEffect(() => {
    if (count !== undefined) tell("unet-chat:unread", { count });
  }, [count, tell]);
}
