// @vitest-environment jsdom
import { cleanup, renderHook, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as chat from "./api.ts";
import { useConversations } from "./conversations/hooks.ts";
import { configureChat, defaultRuntime, provideParts } from "./runtime/context.tsx";
import { FakeServer, fakeParts, message, row } from "./testkit.ts";

const ROOT = "/api/unet-chat";

let server: FakeServer;
let addresses: string[];

beforeEach(() => {
  localStorage.setItem("auth_data", JSON.stringify({ access: "t", refresh: "r", user_id: 7 }));
  server = new FakeServer();
  addresses = [];
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    addresses.push(address);
    return server.fetch(address, init);
  });
  provideParts(fakeParts().parts);
  configureChat({ baseUrl: "https://chat.test" });
});
afterEach(() => {
  cleanup();
  configureChat({});
  vi.unstubAllGlobals();
  localStorage.clear();
});

it("works without a provider, props, or a word before", async () => {
  server.on(`GET ${ROOT}/conversations/`, () => [row("a")]);
  const { result } = renderHook(() => useConversations());
  await waitFor(() => expect(result.current.data?.map(({ id }) => id)).toEqual(["a"]));
  expect(await chat.getConversations()).toMatchObject([{ id: "a" }]);
  expect(addresses.every((address) => address.startsWith("https://chat.test/"))).toBe(true);
});

it("says who is signed in without asking", () => {
  expect([chat.getAuthToken(), chat.getCurrentUserId()]).toEqual(["t", 7]);
  localStorage.clear();
  expect([chat.getAuthToken(), chat.getCurrentUserId()]).toEqual([null, null]);
});

it("asks at the paths that the seeds name, with and without a slash as they do", async () => {
  const answers: Record<string, unknown> = {
    [`POST ${ROOT}/conversations/`]: row("c"),
    [`GET ${ROOT}/conversations/c`]: row("c"),
    [`DELETE ${ROOT}/conversations/c`]: undefined,
    [`GET ${ROOT}/conversations/c/participants`]: [],
    [`POST ${ROOT}/conversations/c/participants/`]: {},
    [`DELETE ${ROOT}/conversations/c/participants/2`]: undefined,
    [`POST ${ROOT}/messages/`]: message("c", 1),
    [`GET ${ROOT}/messages/c`]: [],
    [`PUT ${ROOT}/messages/m`]: message("c", 1),
    [`DELETE ${ROOT}/messages/m`]: undefined,
    [`POST ${ROOT}/attachments/`]: {},
    "GET /api/v1/users/chat-users/": [],
  };
  for (const [what, answer] of Object.entries(answers)) server.on(what, () => answer);
  await chat.createConversation({ type: "group", title: "x", participant_ids: [7] });
  await chat.getConversationById("c");
  await chat.deleteConversation("c");
  await chat.getParticipants("c");
  await chat.addParticipant("c", { user_id: 2, role: "member" });
  await chat.removeParticipant("c", 2);
  await chat.sendMessage({ conversation_id: "c", sender_id: 7, text: "Привет!", reply_to: null });
  await chat.getMessages("c", 100, 0);
  await chat.editMessage("m", { text: "иначе" });
  await chat.deleteMessage("m");
  await chat.createAttachment({ message_id: "m", file_url: "https://x/y", file_type: "file", file_size: 1 });
  await chat.getChatUsers();
  expect(server.asked).toEqual(Object.keys(answers));
  expect(addresses).toContain("https://chat.test/api/unet-chat/messages/c?limit=100&offset=0");
});

it("is made anew by new options", () => {
  const before = defaultRuntime();
  expect(defaultRuntime()).toBe(before);
  configureChat({ locale: "ky" });
  expect(defaultRuntime()).not.toBe(before);
  expect(defaultRuntime().locale).toBe("ky");
});
