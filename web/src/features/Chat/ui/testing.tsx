/** What the tests of `ui` share: texts around a component, or a chat with a server of a few answers and no socket. */
import { cleanup, render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { afterEach, vi } from "vitest";
import { createTranslator } from "../lib/i18n/translator.ts";
import type { Locale } from "../lib/locale.ts";
import type { ChatUser, Notification, UserId } from "../lib/types.ts";
import { ChatProvider } from "../model/runtime/context.tsx";
import { createChatRuntime } from "../model/runtime/runtime.ts";
import { FakeServer, fakeParts } from "../model/testkit.ts";
import { TextContext } from "../model/useText.ts";
import { ChatScope } from "./ChatScope.tsx";

/** Who is signed in. */
export const ME: UserId = 1;

/** How long a test of a whole screen may take, in ms, also on a machine that does other things. */
const PATIENCE_MS = 30_000;

/** Gives jsdom what it lacks, and cleans up after each test. Call it once in a file. */
export function inJsdom(): void {
  vi.setConfig({ testTimeout: PATIENCE_MS });
  vi.stubGlobal("matchMedia", () => ({
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
  vi.stubGlobal("ResizeObserver", StillObserver);
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  Element.prototype.scrollIntoView = () => undefined;
  afterEach(() => {
    cleanup();
    // Toasts live outside of components: the next test has none of them.
    toast.dismiss();
  });
}

class StillObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** Renders with the texts of a language, as below the chat's provider. */
export async function renderWithTexts(node: ReactNode, locale: Locale = "ru") {
  const translator = await createTranslator(locale);
  const wrap = (children: ReactNode) => <TextContext value={translator}>{children}</TextContext>;
  const result = render(wrap(node));
  return { ...result, rerender: (next: ReactNode) => result.rerender(wrap(next)) };
}

/** Draws something of the chat for {@link ME}; waits for the texts. `prepare` gives the server further answers. */
export async function renderChat(
  ui: ReactNode,
  prepare?: (server: FakeServer) => void,
  locale: Locale = "ru",
) {
  const server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
  server
    .on("GET /api/unet-chat/conversations/", () => [])
    .on("GET /api/v1/users/chat-users/", () => PEOPLE)
    .on("GET /api/auth/profile/", () => ({ id: ME }));
  prepare?.(server);
  const { client, parts } = fakeParts();
  const session = {
    current: async () => "token",
    renew: async () => null,
    subscribe: () => () => undefined,
    peek: () => ({ access: "token", userId: ME }),
  };
  const runtime = createChatRuntime({ locale, session }, parts);
  const page = render(
    <ChatProvider runtime={runtime}>
      <ChatScope>
        <div data-testid="ready" />
        {ui}
      </ChatScope>
    </ChatProvider>,
  );
  await page.findByTestId("ready");
  return { ...page, server, client, runtime, user: userEvent.setup() };
}

const NOTHING_ELSE = {
  middle_name: "",
  avatar: "",
  role: "user",
  email: "",
  bio: "",
  number_phone: "",
  telegram_username: "",
  group: "",
};

/** The directory. */
export const PEOPLE: readonly ChatUser[] = [
  { ...NOTHING_ELSE, id: ME, first_name: "Айбек", last_name: "Токтогулов", position: "" },
  { ...NOTHING_ELSE, id: 2, first_name: "Иван", last_name: "Петров", position: "Доцент" },
  { ...NOTHING_ELSE, id: 3, first_name: "Анна", last_name: "Ёлкина", position: "" },
];

/** A notification that nobody has read. */
export function notification(facts: Partial<Notification>): Notification {
  return {
    id: 1,
    type: "message",
    type_display: "Новое сообщение",
    title: "Новое сообщение от Ивана",
    message: "Привет",
    is_read: false,
    conversation_id: null,
    related_object_id: null,
    related_object_type: null,
    created_at: new Date().toISOString(),
    ...facts,
  };
}
