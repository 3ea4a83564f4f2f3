// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { placeSocket, useWebSocket } from "./useWebSocket.ts";

class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
  static all: FakeSocket[] = [];
  static refusesAddresses = false;

  readonly url: string;
  readyState = FakeSocket.CONNECTING;
  sent: string[] = [];
  closed: [number | undefined, string | undefined] | null = null;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(url: string) {
    if (FakeSocket.refusesAddresses) throw new DOMException("bad address", "SyntaxError");
    this.url = url;
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    if (text.includes("too much")) throw new DOMException("no", "InvalidStateError");
    this.sent.push(text);
  }

  close(code?: number, reason?: string): void {
    this.closed = [code, reason];
    this.readyState = FakeSocket.CLOSED;
    // As browsers do: the event comes later.
    queueMicrotask(() => this.onclose?.({ code: code ?? 1005 }));
  }

  opens(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  breaks(code = 1006): void {
    this.readyState = FakeSocket.CLOSED;
    this.onerror?.();
    this.onclose?.({ code });
  }

  says(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
}

function last(): FakeSocket {
  const socket = FakeSocket.all.at(-1);
  if (socket === undefined) throw new Error("no socket was opened");
  return socket;
}

const MESSAGE = {
  id: "m1",
  conversation_id: "c1",
  sender_id: 1,
  text: "Привет!",
  created_at: "2024-01-01T12:00:00Z",
};

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  FakeSocket.refusesAddresses = false;
  vi.stubGlobal("WebSocket", FakeSocket);
  localStorage.setItem("auth_data", JSON.stringify({ access: "tok en", user_id: 1 }));
});

afterEach(() => {
  cleanup();
  placeSocket(null);
  vi.useRealTimers();
  vi.unstubAllGlobals();
  localStorage.clear();
});

function connected(extra: Partial<Parameters<typeof useWebSocket>[0]> = {}) {
  const hook = renderHook((props: Parameters<typeof useWebSocket>[0]) => useWebSocket(props), {
    initialProps: { conversationId: "c1", ...extra },
  });
  act(() => last().opens());
  return hook;
}

describe("connecting", () => {
  it("shows the token in the query, as the seeds document it", () => {
    const onOpen = vi.fn();
    const { result } = connected({ onOpen });
    expect(last().url).toBe(
      "ws://localhost:3000/api/unet-chat/ws/conversations/c1/?WWW-Authenticate=Bearer%20tok%20en",
    );
    expect(result.current).toMatchObject({ isConnected: true, error: null });
    expect(onOpen).toHaveBeenCalledTimes(1);
  });

  it("goes where it is told to", () => {
    placeSocket({ url: () => "wss://chat.test/api/unet-chat/ws", token: () => "t" });
    connected();
    expect(last().url).toBe("wss://chat.test/api/unet-chat/ws/conversations/c1/?WWW-Authenticate=Bearer%20t");
  });

  it("says so when nobody is signed in, or the address is none", () => {
    localStorage.clear();
    const onError = vi.fn();
    const nobody = renderHook(() => useWebSocket({ conversationId: "c1", onError }));
    expect(nobody.result.current.error).toBe("Authentication token not found");
    expect(FakeSocket.all).toHaveLength(0);
    localStorage.setItem("auth_data", JSON.stringify({ access: "t" }));
    FakeSocket.refusesAddresses = true;
    const nowhere = renderHook(() => useWebSocket({ conversationId: "c1", onError }));
    expect(nowhere.result.current.error).toBe("Failed to create WebSocket connection");
    expect(onError).toHaveBeenCalledTimes(2);
  });
});

describe("messages", () => {
  it("are handed on; other frames and rubbish are not", () => {
    const onMessage = vi.fn();
    connected({ onMessage });
    act(() => {
      last().says("not json");
      last().says({ type: "typing", payload: { user_id: 2 } });
      last().says({ type: "message:new", payload: { text: "no ids" } });
      last().says({ type: "message:new", payload: MESSAGE });
    });
    expect(onMessage).toHaveBeenCalledExactlyOnceWith(MESSAGE);
  });

  it("are sent with what they answer", () => {
    const { result } = connected();
    act(() => {
      result.current.sendMessage("да");
      result.current.sendMessage("нет", "m1");
    });
    expect(last().sent.map((text) => JSON.parse(text))).toEqual([
      { type: "message:new", payload: { text: "да", reply_to: null } },
      { type: "message:new", payload: { text: "нет", reply_to: "m1" } },
    ]);
  });

  it("that cannot be sent are told of", () => {
    const { result } = connected();
    act(() => result.current.sendMessage("too much"));
    expect(result.current.error).toBe("Failed to send message");
    act(() => last().breaks());
    act(() => result.current.sendMessage("да"));
    expect(result.current.error).toBe("WebSocket is not connected");
  });
});

describe("breaks", () => {
  it("are mended after 2, 4, 8, 16 and 30 seconds, then given up", () => {
    const { result } = connected();
    for (const seconds of [2, 4, 8, 16, 30]) {
      const before = FakeSocket.all.length;
      act(() => last().breaks());
      expect(result.current).toMatchObject({ isConnected: false, error: "WebSocket connection error" });
      act(() => vi.advanceTimersByTime(seconds * 1000 - 1));
      expect(FakeSocket.all).toHaveLength(before);
      act(() => vi.advanceTimersByTime(1));
      expect(FakeSocket.all).toHaveLength(before + 1);
    }
    act(() => last().breaks());
    expect(result.current.error).toBe("Max reconnection attempts reached");
    act(() => vi.advanceTimersByTime(120_000));
    expect(FakeSocket.all).toHaveLength(6);
  });

  it("are counted anew after a success, with the token of then", () => {
    const { result } = connected();
    act(() => last().breaks());
    act(() => vi.advanceTimersByTime(2000));
    localStorage.setItem("auth_data", JSON.stringify({ access: "newer" }));
    act(() => last().opens());
    expect(result.current).toMatchObject({ isConnected: true, error: null });
    act(() => last().breaks());
    act(() => vi.advanceTimersByTime(2000));
    expect(FakeSocket.all).toHaveLength(3);
    expect(last().url).toContain("Bearer%20newer");
  });

  it("with 1000 are the end", () => {
    const onClose = vi.fn();
    const { result } = connected({ onClose });
    act(() => last().onclose?.({ code: 1000 }));
    act(() => vi.advanceTimersByTime(120_000));
    expect(FakeSocket.all).toHaveLength(1);
    expect(result.current.isConnected).toBe(false);
    expect(onClose).toHaveBeenCalledTimes(1);
  });
});

describe("leaving", () => {
  it("closes with the seeds' words", async () => {
    const onClose = vi.fn();
    const { result, unmount } = connected({ onClose });
    await act(async () => result.current.disconnect());
    expect(last().closed).toEqual([1000, "Manual disconnect"]);
    expect(result.current.isConnected).toBe(false);
    expect(onClose).toHaveBeenCalledTimes(1);
    unmount();
    connected().unmount();
    expect(last().closed).toEqual([1000, "Component unmounting"]);
  });

  it("ends an attempt that waits", () => {
    const { unmount } = connected();
    act(() => last().breaks());
    unmount();
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("moves to another conversation by a new socket, and not for new callbacks", () => {
    const { rerender } = connected();
    rerender({ conversationId: "c1", onMessage: () => undefined });
    expect(FakeSocket.all).toHaveLength(1);
    rerender({ conversationId: "c2" });
    expect(FakeSocket.all[0]?.closed).toEqual([1000, "Component unmounting"]);
    expect(last().url).toContain("/conversations/c2/");
  });
});
