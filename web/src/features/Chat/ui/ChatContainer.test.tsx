// @vitest-environment jsdom
import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeAll, expect, test, vi } from "vitest";
import { row } from "../model/testkit.ts";
import { ChatContainer } from "./ChatContainer.tsx";
import { inJsdom, renderChat } from "./testing.tsx";

inJsdom();

/** The size that everything has in these tests, px: jsdom lays nothing out. List and messages stand side by side. */
const SIZE = 900;

beforeAll(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(SIZE);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(SIZE);
  Element.prototype.scrollTo = () => undefined;
});

const GROUPS = [row("a", { title: "Кафедра" }), row("b", { title: "Деканат" })];

const NOTHING_CHOSEN = "Выберите беседу";

/** Shows the chat with two groups, and opens the first. */
async function openFirst() {
  const chat = await renderChat(<ChatContainer />, (server) => {
    server.on("GET /api/unet-chat/conversations/", () => GROUPS);
    for (const group of GROUPS) server.on(`GET /api/unet-chat/conversations/${group.id}`, () => group);
  });
  await chat.user.click(await screen.findByText("Кафедра"));
  // The pane is loaded with its first conversation, which takes a while on a busy machine.
  await screen.findByLabelText("Написать сообщение...", {}, { timeout: 10_000 });
  return chat;
}

/** Answers what the server is asked when the test says so. */
function later() {
  const gate = new EventTarget();
  const answered = new Promise<object>((resolve) => {
    gate.addEventListener("answer", () => resolve({}));
  });
  return { answer: () => gate.dispatchEvent(new Event("answer")), asked: () => answered };
}

async function part(user: Awaited<ReturnType<typeof openFirst>>["user"], item: string, yes: string) {
  await user.click(screen.getByRole("button", { name: "Действия: Кафедра" }));
  await user.click(await screen.findByRole("menuitem", { name: item }));
  const question = await screen.findByRole("alertdialog");
  await user.click(within(question).getByRole("button", { name: yes }));
}

test("after a conversation is made, writing in it can begin; opened again, it leaves the focus where it is", async () => {
  const { server, user } = await openFirst();
  const made = row("new", { title: "Кружок" });
  server.on("POST /api/unet-chat/conversations/", () => made);
  server.on("GET /api/unet-chat/conversations/new", () => made);
  await user.click(screen.getByRole("button", { name: "Новая беседа" }));
  await user.type(await screen.findByLabelText("Название"), "Кружок");
  await user.click(screen.getByRole("combobox"));
  await user.click(await screen.findByRole("option", { name: /Иван Петров/ }));
  await user.keyboard("{Escape}");
  await user.click(screen.getByRole("button", { name: "Создать" }));
  await screen.findByRole("heading", { name: "Кружок" });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const writing = () => document.activeElement === screen.getByLabelText("Написать сообщение...");
  await waitFor(() => expect(writing()).toBe(true));
  await user.click(screen.getByText("Деканат"));
  await screen.findByRole("heading", { name: "Деканат" });
  await user.click(within(screen.getByRole("list", { name: "Беседы" })).getByText("Кружок"));
  await screen.findByRole("heading", { name: "Кружок" });
  expect(writing()).toBe(false);
});

test("leaving the open group from the list closes it", async () => {
  const { server, user } = await openFirst();
  server.on("POST /api/unet-chat/conversations/a/leave/", () => ({}));
  await part(user, "Покинуть группу", "Покинуть");
  await screen.findByText(NOTHING_CHOSEN);
  expect(screen.queryByText("Кафедра")).toBeNull();
});

test("deleting the open group from the list closes it", async () => {
  const { server, user } = await openFirst();
  server.on("DELETE /api/unet-chat/conversations/a", () => ({}));
  await part(user, "Удалить беседу", "Удалить");
  await screen.findByText(NOTHING_CHOSEN);
});

test("what was opened while a group was being deleted stays open", async () => {
  const { server, user } = await openFirst();
  const { answer, asked } = later();
  server.on("DELETE /api/unet-chat/conversations/a", asked);
  await part(user, "Удалить беседу", "Удалить");
  await user.click(screen.getByText("Деканат"));
  answer();
  await waitFor(() => expect(screen.queryByText("Кафедра")).toBeNull());
  await screen.findByRole("heading", { name: "Деканат" });
  expect(screen.queryByText(NOTHING_CHOSEN)).toBeNull();
});

test("a group that somebody else deletes says so, and leads back", async () => {
  const { client, user } = await openFirst();
  act(() => {
    const log = client.logs.get("a");
    log?.set({ ...log.getSnapshot(), status: "gone" });
    client.tell({ type: "conversation:gone", conversationId: "a" });
  });
  await screen.findByText(/Беседа удалена/);
  await user.click(screen.getByRole("button", { name: "К списку бесед" }));
  await screen.findByText(NOTHING_CHOSEN);
});
