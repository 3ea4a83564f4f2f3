// @vitest-environment jsdom
import { act, fireEvent, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConnectionState } from "../lib/realtime/types.ts";
import { ConnectionBannerView, GRACE_MS } from "./ConnectionBanner.tsx";
import { inJsdom, renderChat } from "./testing.tsx";

inJsdom();

let setState: (state: ConnectionState) => void = () => undefined;
const onRetry = vi.fn();

function Banner() {
  const [state, set] = useState<ConnectionState>({ name: "online" });
  setState = (next) => act(() => set(next));
  return <ConnectionBannerView state={state} onRetry={onRetry} />;
}

const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));
const waiting = (ms: number): ConnectionState => ({ name: "waiting", attempt: 1, retryAt: Date.now() + ms });

beforeEach(async () => {
  await renderChat(<Banner />);
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test("a short break is not mentioned", () => {
  setState(waiting(5000));
  pass(GRACE_MS - 1);
  expect(screen.getByRole("status").textContent).toBe("");
  setState({ name: "online" });
  pass(GRACE_MS * 2);
  expect(screen.getByRole("status").textContent).toBe("");
});

test("counts down to the next attempt, and tries at once when asked", () => {
  setState(waiting(5000));
  pass(GRACE_MS);
  screen.getByText(/Следующая попытка через 4 с/);
  pass(2000);
  screen.getByText(/Следующая попытка через 2 с/);
  fireEvent.click(screen.getByRole("button", { name: "Повторить сейчас" }));
  expect(onRetry).toHaveBeenCalledOnce();
});

test("trouble that changes its name goes on", () => {
  setState(waiting(400));
  pass(GRACE_MS / 2);
  setState({ name: "connecting", attempt: 2 });
  pass(GRACE_MS / 2);
  screen.getByText("Подключение…");
});

test.each([
  ["offline", /Нет сети/],
  ["signed-out", /Сеанс закончился/],
] as const)("says %s", (name, text) => {
  setState({ name });
  pass(GRACE_MS);
  screen.getByText(text);
});

test("goes when all is well", () => {
  setState({ name: "offline" });
  pass(GRACE_MS);
  setState({ name: "online" });
  expect(screen.getByRole("status").textContent).toBe("");
});
