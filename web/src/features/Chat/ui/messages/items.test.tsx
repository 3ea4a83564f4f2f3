// @vitest-environment jsdom
import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { OutboxEntry } from "../../lib/realtime/types.ts";
import type { Message } from "../../lib/types.ts";
import { message } from "../../model/testkit.ts";
import { renderWithTexts } from "../testing.tsx";
import { InlineEdit } from "./InlineEdit.tsx";
import { RowView, type RowViewProps } from "./RowView.tsx";
import { FailedMessages, LoadingMessages, NoMessages } from "./States.tsx";
import { type MessageActions, SceneProvider } from "./scene.ts";
import { buildTimeline } from "./timeline.ts";

afterEach(cleanup);

const ME = 1;

function fakeActions(): MessageActions {
  return {
    reply: vi.fn(),
    edit: vi.fn(),
    remove: vi.fn(),
    copy: vi.fn(),
    react: vi.fn(),
    pin: vi.fn(),
    retry: vi.fn(),
    discard: vi.fn(),
    jump: vi.fn(),
    look: vi.fn(),
    openMenu: vi.fn(),
    openEmoji: vi.fn(),
    saveEdit: vi.fn(),
    cancelEdit: vi.fn(),
  };
}

async function show(
  what: { message?: Message; entry?: OutboxEntry },
  props: Partial<RowViewProps> = {},
  isGroup = true,
) {
  const actions = fakeActions();
  const messages = what.message === undefined ? [] : [what.message];
  const pending = what.entry === undefined ? [] : [what.entry];
  const [row] = buildTimeline({ messages, pending, me: ME, unreadFrom: null });
  if (row === undefined) throw new Error("no row");
  const face = (id: number) => ({ name: `Человек ${id}`, initials: "Ч", avatar: null });
  await renderWithTexts(
    <SceneProvider value={{ me: ME, isGroup, face, actions }}>
      <RowView
        row={row}
        today={0}
        isRead={false}
        isActive
        isHighlighted={false}
        isEditing={false}
        {...props}
      />
    </SceneProvider>,
  );
  return actions;
}

describe("an own message", () => {
  const own = message("c", 1, { sender_id: ME, text: "мой текст", is_edited: true });

  test("has one tick when it is sent, two when it is read, and the mark of an edit beside either", async () => {
    await show({ message: own });
    expect(screen.getByRole("img", { name: "Отправлено" })).toBeTruthy();
    expect(screen.getByText("(изменено)")).toBeTruthy();
    cleanup();
    await show({ message: own }, { isRead: true });
    expect(screen.getByRole("img", { name: "Прочитано" })).toBeTruthy();
    expect(screen.getByText("(изменено)")).toBeTruthy();
  });

  test("is not labelled with the user's own name", async () => {
    await show({ message: own });
    expect(screen.queryByText("Человек 1")).toBeNull();
  });

  test("is edited in its place: Enter saves, blank does not, Escape gives up", async () => {
    const [onSave, onCancel, user] = [vi.fn(), vi.fn(), userEvent.setup({ delay: null })];
    await renderWithTexts(<InlineEdit text="было" onSave={onSave} onCancel={onCancel} />);
    const field = screen.getByRole("textbox");
    await user.clear(field);
    await user.type(field, "  {Enter}");
    expect(onSave).not.toHaveBeenCalled();
    await user.type(field, "стало{Enter}");
    expect(onSave).toHaveBeenCalledWith("стало");
    await user.type(field, "{Escape}");
    expect(onCancel).toHaveBeenCalledOnce();
  });
});

describe("somebody else's message", () => {
  test("names its sender in groups alone, and has no ticks", async () => {
    await show({ message: message("c", 1) });
    expect(screen.getByText("Человек 2")).toBeTruthy();
    expect(screen.queryByRole("img", { name: "Отправлено" })).toBeNull();
    cleanup();
    await show({ message: message("c", 1) }, {}, false);
    expect(screen.queryByText("Человек 2")).toBeNull();
  });

  test("shows links safely", async () => {
    await show({ message: message("c", 1, { text: "https://a.kg и javascript:alert(1)" }) });
    const link = screen.getByRole<HTMLAnchorElement>("link");
    expect(link.href).toBe("https://a.kg/");
    expect(link.rel.split(" ")).toEqual(expect.arrayContaining(["noopener", "nofollow"]));
  });

  test("leads to what it answers, and toggles reactions", async () => {
    const reply = { id: "c-9", seq: 9, sender_id: 3, text: "вопрос" };
    const reactions = [{ emoji: "👍", count: 2, user_ids: [ME, 3] }];
    const said = message("c", 10, { reply, reply_to: reply.id, reactions });
    const actions = await show({ message: said });
    await userEvent.click(screen.getByText("вопрос"));
    expect(actions.jump).toHaveBeenCalledWith(reply);
    const chip = screen.getByRole("button", { name: "👍: 2 реакции" });
    expect(chip.getAttribute("aria-pressed")).toBe("true");
    await userEvent.click(chip);
    expect(actions.react).toHaveBeenCalledWith(said, "👍");
  });

  test("says that it was deleted, and offers nothing then", async () => {
    await show({ message: message("c", 1, { text: null, deleted_at: "2026-11-20T00:00:00Z" }) });
    expect(screen.getByText("Сообщение удалено")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  test("of the system is a line of its own, in the user's language", async () => {
    await show({ message: message("c", 1, { kind: "system", event: { type: "added", user_id: 5 } }) });
    expect(screen.getByText("Человек 2 добавил(а) Человек 5")).toBeTruthy();
  });

  test("keeps its buttons out of the tab order while another row has the focus", async () => {
    await show({ message: message("c", 1, { text: "https://a.kg" }) }, { isActive: false });
    for (const element of [...screen.getAllByRole("button"), screen.getByRole("link")]) {
      expect(element.tabIndex).toBe(-1);
    }
  });
});

describe("a message on its way", () => {
  const entry: OutboxEntry = {
    clientId: "a",
    conversationId: "c",
    text: "звоните 0555",
    reply: null,
    mentions: [],
    attachments: [],
    createdAt: Date.UTC(2026, 10, 20),
    state: "queued",
  };

  test("has a clock", async () => {
    await show({ entry });
    expect(screen.getByRole("img", { name: "Ожидает отправки" })).toBeTruthy();
  });

  test("that is refused says why in words, and may be sent again, copied or deleted", async () => {
    const failed = { ...entry, state: "failed", error: { code: "contact_data", message: "no" } } as const;
    const actions = await show({ entry: failed });
    expect(screen.getByText("Контактные данные запрещены в чате.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Повторить" }));
    await userEvent.click(screen.getByRole("button", { name: "Копировать" }));
    await userEvent.click(screen.getByRole("button", { name: "Удалить" }));
    expect(actions.retry).toHaveBeenCalledWith(failed);
    expect(actions.copy).toHaveBeenCalledWith(failed.text);
    expect(actions.discard).toHaveBeenCalledWith(failed);
  });

  test("says what the server said where the reason is a new one", async () => {
    await show({ entry: { ...entry, state: "failed", error: { code: "later", message: "Слишком часто" } } });
    expect(screen.getByText("Слишком часто")).toBeTruthy();
  });
});

describe("instead of messages", () => {
  test("stands what the matter is", async () => {
    const onRetry = vi.fn();
    await renderWithTexts(
      <>
        <LoadingMessages />
        <NoMessages />
        <FailedMessages onRetry={onRetry} />
      </>,
    );
    expect(screen.getAllByText("Загрузка сообщений...")).toHaveLength(2);
    expect(screen.getByText("Нет сообщений")).toBeTruthy();
    expect(screen.getByText("Ошибка загрузки сообщений")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Повторить" }));
    expect(onRetry).toHaveBeenCalledOnce();
  });
});
