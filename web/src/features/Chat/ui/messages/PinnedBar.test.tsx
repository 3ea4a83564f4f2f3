// @vitest-environment jsdom
import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Message } from "../../lib/types.ts";
import { message } from "../../model/testkit.ts";
import { inJsdom, renderChat } from "../testing.tsx";
import { PinnedBar } from "./PinnedBar.tsx";

inJsdom();

async function bar(pins: readonly Message[]) {
  const onJump = vi.fn();
  const chat = await renderChat(
    <PinnedBar conversationId="c" nameOf={(id) => (id === 2 ? "Иван" : "Анна")} onJump={onJump} />,
    (server) => server.on("GET /api/unet-chat/conversations/c/pins/", () => pins),
  );
  await vi.waitFor(() => expect(chat.server.count("GET /api/unet-chat/conversations/c/pins/")).toBe(1));
  return { ...chat, onJump };
}

const RULES = message("c", 4, { text: "Правила кафедры" });
const PHOTO = message("c", 9, { text: "", sender_id: 3 });

test("where nothing is pinned there is no bar", async () => {
  const { runtime } = await bar([]);
  await vi.waitFor(() => expect(runtime.queries.isFetching()).toBe(0));
  expect(screen.queryByRole("region", { name: "Закреплённые сообщения" })).toBeNull();
});

test("the only pinned message stands there, and a press leads to it", async () => {
  const { user, onJump } = await bar([RULES]);
  const region = await screen.findByRole("region", { name: "Закреплённые сообщения" });
  within(region).getByText("Закреплено");
  await user.click(screen.getByRole("button", { name: /Иван: Правила кафедры$/ }));
  expect(onJump).toHaveBeenCalledWith(4);
  expect(screen.queryByRole("button", { name: "Все закреплённые сообщения" })).toBeNull();
});

test("of several the first is shown and all are counted; the list leads to each", async () => {
  const { user, onJump } = await bar([RULES, PHOTO]);
  await screen.findByText("Закреплено: 2");
  expect(screen.queryByText(/Анна/)).toBeNull();
  await user.click(screen.getByRole("button", { name: "Все закреплённые сообщения" }));
  const items = await screen.findAllByRole("menuitem");
  expect(items.map((item) => item.textContent)).toEqual(["Иван: Правила кафедры", "Анна: Вложение"]);
  await user.click(screen.getByText("Анна: Вложение"));
  expect(onJump).toHaveBeenCalledWith(9);
});
