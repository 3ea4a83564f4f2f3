import { useCallback, useEffect, useRef, useState } from "react";
import { AuthStorage } from "./api/authStorage.ts";
import { ConversationSocket, type SocketPlace } from "./conversationSocket.ts";
import type { Message, MessageId } from "./types.ts";

export interface UseWebSocketOptions {
  readonly conversationId: string;
  /** Called with each message of the conversation, own ones too. */
  readonly onMessage?: (message: Message) => void;
  readonly onError?: (error: string) => void;
  readonly onOpen?: () => void;
  readonly onClose?: () => void;
}

export interface UseWebSocketResult {
  readonly isConnected: boolean;
  /** Sends a text, as an answer to a message when `replyTo` names one. */
  readonly sendMessage: (text: string, replyTo?: MessageId | null) => void;
  /** Closes the socket for good. */
  readonly disconnect: () => void;
  /** The last thing that went wrong; `null` while connected. */
  readonly error: string | null;
}

/** The page's own origin, and the token that the host keeps in localStorage. */
const ownPlace: SocketPlace = {
  url: () => new URL("/api/unet-chat/ws", location.href.replace(/^http/, "ws")).href,
  token: () => new AuthStorage().read().access,
};

let place = ownPlace;

/** Says where {@link useWebSocket} connects to; `null` for the page's own origin and localStorage. */
export function placeSocket(given: SocketPlace | null): void {
  place = given ?? ownPlace;
}

/**
 * A socket of its own for one conversation, as the seeds document it; closed when the component goes. Our own screens
 * use one socket for everything, which also resumes without loss.
 */
export function useWebSocket(options: UseWebSocketOptions): UseWebSocketResult {
  const { conversationId } = options;
  const [isConnected, setConnected] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const socket = useRef<ConversationSocket | null>(null);
  // Callbacks are new at every render; they must not open a new socket.
  const callbacks = useRef(options);
  useEffect(() => {
    callbacks.current = options;
  });
  useEffect(() => {
    if (conversationId === "") return;
    const opened = new ConversationSocket(conversationId, place, {
      onMessage: (message) => callbacks.current.onMessage?.(message),
      onOpen: () => {
        setConnected(true);
        setError(null);
        callbacks.current.onOpen?.();
      },
      onClose: () => {
        setConnected(false);
        callbacks.current.onClose?.();
      },
      onError: (text) => {
        setError(text);
        callbacks.current.onError?.(text);
      },
    });
    socket.current = opened;
    opened.connect();
    return () => {
      socket.current = null;
      opened.close("Component unmounting");
    };
  }, [conversationId]);
  return {
    isConnected,
    error,
    sendMessage: useCallback((text, replyTo = null) => socket.current?.send(text, replyTo), []),
    disconnect: useCallback(() => socket.current?.close("Manual disconnect"), []),
  };
}
