// @vitest-environment jsdom
/** The screens when a part of theirs cannot be loaded: everything else goes on, and the next press asks again. */
import { screen, waitFor } from "@testing-library/react";
import type { ComponentType } from "react";
import { toast } from "sonner";
import { expect, test, vi } from "vitest";
import { row } from "../model/testkit.ts";
import { ChatSelect } from "./ChatSelect.tsx";
import { HeaderIcons } from "./HeaderIcons.tsx";
import { inJsdom, renderChat } from "./testing.tsx";

inJsdom();

/** Imports that fail the next time. */
const broken = vi.hoisted(() => new Set<string>());

/** Stands between a part and its import: fails where the test says so. */
vi.mock("./deferred.tsx", async (original) => {
  const real = await original<typeof import("./deferred.tsx")>();
  return {
    ...real,
    // Loading ahead would take the failure that a press is to meet.
    usePreloaded: () => undefined,
    deferred: <P extends object>(fetch: () => Promise<{ default: ComponentType<P> }>) =>
      real.deferred<P>(async () => {
        for (const name of broken) {
          if (!fetch.toString().includes(name)) continue;
          broken.delete(name);
          throw new TypeError("Failed to fetch dynamically imported module");
        }
        return fetch();
      }),
  };
});

const FAILED = /Не удалось загрузить эту часть чата/;

function list(count: number) {
  const rows = Array.from({ length: count }, (_, at) => row(`row-${at}`, { title: `Кафедра ${at}` }));
  return (
    <ChatSelect
      conversations={rows}
      loading={false}
      selectedChatId={null}
      onSelectChat={() => undefined}
      onCreateConversation={async () => null}
      onDeleteConversation={() => undefined}
    />
  );
}

test("the menu of a row, and the question that it asks", async () => {
  broken.add("RowMenu").add("ConfirmDialog");
  const { user } = await renderChat(list(1));
  await user.click(screen.getByRole("button", { name: /^Действия/ }));
  await screen.findByText(FAILED);
  await user.click(screen.getByRole("button", { name: /^Действия/ }));
  await screen.findByRole("menu");
  await user.click(screen.getByRole("menuitem", { name: "Удалить беседу" }));
  await waitFor(() => expect(broken.size).toBe(0));
  expect(screen.queryByRole("alertdialog")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Удалить беседу: Кафедра 0" }));
  await screen.findByRole("alertdialog");
});

test("the dialog for a new conversation", async () => {
  broken.add("CreateDialog");
  const { user } = await renderChat(list(1));
  await user.click(screen.getByRole("button", { name: "Новая беседа" }));
  await screen.findByText(FAILED);
  screen.getByText("Кафедра 0");
  await user.click(screen.getByRole("button", { name: "Новая беседа" }));
  await screen.findByRole("dialog");
});

test("the windows of a page's header", async () => {
  broken.add("MessagesModal").add("NotificationCenter");
  const { user } = await renderChat(<HeaderIcons />);
  for (const name of [/^Сообщения/, /^Уведомления/]) {
    // By the keyboard: a pointer would have asked ahead, in silence.
    screen.getByRole("button", { name }).focus();
    await user.keyboard("{Enter}");
    await screen.findByText(FAILED);
    toast.dismiss();
    await user.keyboard("{Enter}");
    await screen.findByRole("dialog");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  }
});

test("the rows of a long list: the first of them are there, with a way to the others", async () => {
  broken.add("LongRows");
  const { user } = await renderChat(list(101));
  await screen.findByText(FAILED);
  screen.getByText("Кафедра 99");
  expect(screen.queryByText("Кафедра 100")).toBeNull();
  await user.click(screen.getByText("Повторить"));
  await waitFor(() => expect(screen.queryByText(FAILED)).toBeNull());
  expect(screen.queryByText("Кафедра 99")).toBeNull();
});
