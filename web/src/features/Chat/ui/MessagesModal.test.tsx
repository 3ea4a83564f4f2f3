// @vitest-environment jsdom
import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { row } from "../model/testkit.ts";
import { MessagesModal } from "./LazyModal.tsx";
import { inJsdom, renderChat } from "./testing.tsx";

inJsdom();

const DAY_MS = 24 * 60 * 60 * 1000;

/** A page with a button of its own. */
function Page() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Почта
      </button>
      <MessagesModal
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        selectedId={null}
        onSelect={() => undefined}
      />
    </>
  );
}

test("a host's button opens the window, which says how long ago something was written", async () => {
  const text = { id: "m", sender_id: 2, text: "Привет" };
  const created_at = new Date(Date.now() - 3 * DAY_MS).toISOString();
  const rows = [row("a", { title: "Кафедра", last_message: { ...text, created_at } })];
  const { user } = await renderChat(<Page />, (server) =>
    server.on("GET /api/unet-chat/conversations/", () => rows),
  );
  expect(screen.queryByRole("dialog")).toBeNull();
  for (const _ of ["first", "again"]) {
    await user.click(screen.getByRole("button", { name: "Почта" }));
    await screen.findByRole("dialog", { name: "Сообщения" });
    await screen.findByRole("button", { name: /Кафедра.*Привет.*3 дн\. назад/ });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  }
});

test("the window's tab Непрочитанные leaves what has been read out", async () => {
  const rows = [row("a", { title: "Кафедра", unread_count: 3 }), row("b", { title: "Деканат" })];
  const { user } = await renderChat(<Page />, (server) =>
    server.on("GET /api/unet-chat/conversations/", () => rows),
  );
  await user.click(screen.getByRole("button", { name: "Почта" }));
  await screen.findByRole("button", { name: /Деканат/ });
  await user.click(screen.getByRole("tab", { name: "Непрочитанные" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: /Деканат/ })).toBeNull());
  screen.getByRole("button", { name: /Кафедра/ });
  await user.click(screen.getByRole("tab", { name: "Все" }));
  await screen.findByRole("button", { name: /Деканат/ });
});
