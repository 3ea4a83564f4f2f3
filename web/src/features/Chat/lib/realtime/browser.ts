/** The surroundings that a page gives to the core. Every part works, or does nothing, where the browser lacks it. */
import type { Cancel, Clock, OpenSocket, PageSignal, PageSignals, Tabs } from "./ports.ts";

export const pageClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A browser's own WebSocket. */
export const openWebSocket: OpenSocket = (url, events) => {
  const socket = new WebSocket(url);
  socket.onopen = () => events.onOpen();
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === "string") events.onText(data);
  };
  socket.onclose = ({ code, reason }) => events.onClose(code, reason);
  return socket;
};

/** `online`, `offline`, and the page coming back into sight, also from the browser's back-forward cache. */
export const pageSignals: PageSignals = {
  isOnline: () => navigator.onLine,
  subscribe: (listener) => {
    const cancels = [
      listen(window, "online", () => listener("online")),
      listen(window, "offline", () => listener("offline")),
      listen(window, "pageshow", () => listener("visible")),
      listen(document, "visibilitychange", () => {
        if (document.visibilityState === "visible") listener("visible" satisfies PageSignal);
      }),
    ];
    return () => {
      for (const cancel of cancels) cancel();
    };
  },
};

/** The door for everything a user has, for a page at `base`, e.g. `https://chat.example/`. */
export function doorOf(base: string): string {
  const url = new URL("/api/unet-chat/ws", base);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return url.href;
}

/** The tabs of this origin: by BroadcastChannel and Web Locks, each of which may be missing or forbidden. */
export function pageTabs(name: string): Tabs {
  const channel = openChannel(name);
  return {
    post: (message) => channel?.postMessage(message),
    listen: (listener) => {
      if (channel === null) return () => undefined;
      return listen(channel, "message", (event) => listener((event as MessageEvent<unknown>).data));
    },
    lead: (lock, onLead) => lead(`${name}/${lock}`, onLead),
  };
}

function openChannel(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}

function lead(name: string, onLead: () => void): Cancel {
  const ending = new AbortController();
  const { locks } = navigator as { locks?: LockManager };
  if (locks === undefined) {
    // Each tab sends by itself; the same message sent twice is one message.
    queueMicrotask(() => {
      if (!ending.signal.aborted) onLead();
    });
    return () => ending.abort();
  }
  let isHeld = false;
  const hold = () => {
    isHeld = true;
    onLead();
    return new Promise<void>((resolve) => {
      ending.signal.addEventListener("abort", () => resolve());
    });
  };
  locks.request(name, { signal: ending.signal }, hold).catch(() => {
    // Refused, not ended: pages without an origin of their own have no locks.
    if (!ending.signal.aborted && !isHeld) onLead();
  });
  return () => ending.abort();
}

function listen(target: EventTarget, type: string, listener: (event: Event) => void): Cancel {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}
