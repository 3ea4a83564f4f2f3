import { createContext, type ReactNode, useContext, useEffect } from "react";
import { placeSocket } from "../../lib/useWebSocket.ts";
import type { ChatOptions, RuntimeParts } from "./options.ts";
import { type ChatRuntime, createChatRuntime, socketUrl } from "./runtime.ts";

const RuntimeContext = createContext<ChatRuntime | null>(null);

let defaults: ChatOptions = {};
let parts: RuntimeParts | null = null;
let shared: ChatRuntime | null = null;

/** Says what the shared runtime is put together from instead of what a browser has; for tests. */
export function provideParts(given: RuntimeParts): void {
  parts = given;
}

/** Sets the options of the chat that works without a provider. A chat that runs already is stopped and made anew. */
export function configureChat(options: ChatOptions): void {
  defaults = options;
  shared?.stop();
  shared = null;
  placeSocket({
    url: () => socketUrl(options.baseUrl ?? ""),
    token: () => defaultRuntime().session.peek()?.access ?? null,
  });
}

/** The runtime of components and functions that stand under no provider; made when it is first needed. */
export function defaultRuntime(): ChatRuntime {
  shared ??= createChatRuntime(defaults, parts ?? undefined);
  return shared;
}

export interface ChatProviderProps {
  readonly runtime: ChatRuntime;
  readonly children: ReactNode;
}

/** Gives everything below its own chat, and keeps its socket open; needed only for more than one, or for tests. */
export function ChatProvider({ runtime, children }: ChatProviderProps) {
  useEffect(() => runtime.hold(), [runtime]);
  return <RuntimeContext value={runtime}>{children}</RuntimeContext>;
}

/** The chat that a component belongs to: the nearest provider's, or the shared one. */
export function useRuntime(): ChatRuntime {
  return useContext(RuntimeContext) ?? defaultRuntime();
}

/** {@link useRuntime}, with the socket kept open while the component is there. */
export function useLiveRuntime(): ChatRuntime {
  const runtime = useRuntime();
  useEffect(() => runtime.hold(), [runtime]);
  return runtime;
}
