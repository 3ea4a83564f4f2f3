// @vitest-environment jsdom
import { cleanup, fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Upload } from "../../model/files/uploads.ts";
import type { DraftText } from "../../model/messages/drafts.ts";
import { renderWithTexts } from "../testing.tsx";
import { Composer, type ComposerProps } from "./Composer.tsx";

afterEach(cleanup);

const REPLY = { id: "m1", seq: 1, sender_id: 2, text: "вопрос" };

function Held({ start, ...props }: Partial<ComposerProps> & { start: DraftText }) {
  const [draft, setDraft] = useState(start);
  return (
    <Composer
      draft={draft}
      onDraft={setDraft}
      people={[
        { userId: 2, name: "Борис Токтогулов", initials: "БТ", avatar: null },
        { userId: 3, name: "Чолпон Асанова", initials: "ЧА", avatar: null },
      ]}
      nameOf={() => "Борис"}
      uploads={[]}
      onAddFiles={() => undefined}
      onRemoveUpload={() => undefined}
      onRetryUpload={() => undefined}
      onSend={() => undefined}
      onTyping={() => undefined}
      onEditLast={() => undefined}
      {...props}
    />
  );
}

async function setup(props: Partial<ComposerProps> = {}, start: Partial<DraftText> = {}) {
  const onSend = vi.fn();
  await renderWithTexts(<Held onSend={onSend} start={{ text: "", reply: null, ...start }} {...props} />);
  const field = screen.getByRole<HTMLTextAreaElement>("textbox");
  const user = userEvent.setup({ delay: null });
  await user.click(field);
  return { field, user, onSend };
}

function upload(facts: Partial<Upload>): Upload {
  const file = new File(["x"], "план.pdf");
  return {
    id: "u",
    file,
    name: file.name,
    size: 1,
    state: "uploading",
    progress: 0.4,
    error: null,
    attachment: null,
    ...facts,
  };
}

describe("keys", () => {
  test("Enter sends what is written, trimmed, and frees the field", async () => {
    const { field, user, onSend } = await setup();
    await user.type(field, "  привет  {Enter}");
    expect(onSend).toHaveBeenCalledWith({ text: "привет", reply: null, mentions: [], attachments: [] });
    expect(field.value).toBe("");
  });

  test("Shift+Enter breaks the line", async () => {
    const { field, user, onSend } = await setup();
    await user.type(field, "раз{Shift>}{Enter}{/Shift}два");
    expect(field.value).toBe("раз\nдва");
    expect(onSend).not.toHaveBeenCalled();
  });

  test("nothing blank is sent", async () => {
    const { field, user, onSend } = await setup();
    await user.type(field, "   {Enter}");
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Отправить" }).disabled).toBe(true);
  });

  test("the Enter of an input method picks a word and sends nothing", async () => {
    const { field, user, onSend } = await setup();
    await user.type(field, "nihao");
    fireEvent.keyDown(field, { key: "Enter", isComposing: true });
    fireEvent.keyDown(field, { key: "Enter", keyCode: 229 });
    expect(onSend).not.toHaveBeenCalled();
  });

  test("the arrow up edits the last message from an empty field only", async () => {
    const onEditLast = vi.fn();
    const { field, user } = await setup({ onEditLast });
    await user.type(field, "а{ArrowUp}");
    expect(onEditLast).not.toHaveBeenCalled();
    await user.clear(field);
    await user.type(field, "{ArrowUp}");
    expect(onEditLast).toHaveBeenCalledOnce();
  });

  test("Escape gives up the answer and keeps the text", async () => {
    const { field, user, onSend } = await setup({}, { text: "да", reply: REPLY });
    expect(screen.getByText("Ответ: Борис")).toBeTruthy();
    await user.type(field, "{Escape}");
    expect(screen.queryByText("Ответ: Борис")).toBeNull();
    await user.type(field, "{Enter}");
    expect(onSend).toHaveBeenCalledWith(expect.objectContaining({ text: "да", reply: null }));
  });
});

describe("mentions", () => {
  test("are picked by the keyboard, and sent with their places", async () => {
    const { field, user, onSend } = await setup();
    await user.type(field, "Да, @");
    expect(screen.getAllByRole("option")).toHaveLength(2);
    await user.keyboard("{ArrowDown}");
    const active = screen.getByRole("option", { selected: true });
    expect(active.textContent).toContain("Чолпон");
    expect(field.getAttribute("aria-activedescendant")).toBe(active.id);
    await user.keyboard("{Enter}");
    expect(field.value).toBe("Да, @Чолпон Асанова ");
    expect(onSend).not.toHaveBeenCalled();
    await user.keyboard("{Enter}");
    expect(onSend).toHaveBeenCalledWith(
      expect.objectContaining({ mentions: [{ user_id: 3, offset: 4, length: 15 }] }),
    );
  });

  test("Escape closes the names and leaves what is written", async () => {
    const { field, user } = await setup();
    await user.type(field, "@Бор{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(field.value).toBe("@Бор");
  });
});

describe("files", () => {
  test("the message waits for those on their way", async () => {
    const { field, user, onSend } = await setup({ uploads: [upload({})] });
    expect(screen.getByRole("progressbar").getAttribute("value")).toBe("0.4");
    await user.type(field, "план{Enter}");
    expect(onSend).not.toHaveBeenCalled();
    expect(field.value).toBe("план");
  });

  test("go without a text once they are there", async () => {
    const attachment = {
      id: 5,
      file_url: "/x",
      file_type: "file",
      file_size: 1,
      created_at: "2026-11-20T00:00:00Z",
    } as const;
    const { user, onSend } = await setup({ uploads: [upload({ state: "done", progress: 1, attachment })] });
    await user.click(screen.getByRole("button", { name: "Отправить" }));
    expect(onSend).toHaveBeenCalledWith(expect.objectContaining({ text: "", attachments: [attachment] }));
  });

  test("say why they do not go, and may be tried again or taken out", async () => {
    const [onRetryUpload, onRemoveUpload] = [vi.fn(), vi.fn()];
    const error = { code: "too_large", message: null, retryable: true };
    const { user } = await setup({
      uploads: [upload({ state: "failed", error })],
      onRetryUpload,
      onRemoveUpload,
    });
    expect(screen.getByText("Файл слишком большой")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Загрузить снова: план.pdf" }));
    await user.click(screen.getByRole("button", { name: "Убрать файл: план.pdf" }));
    expect(onRetryUpload).toHaveBeenCalledWith("u");
    expect(onRemoveUpload).toHaveBeenCalledWith("u");
  });

  test("are taken from the clipboard", async () => {
    const onAddFiles = vi.fn();
    const { field } = await setup({ onAddFiles });
    const file = new File(["x"], "снимок.png", { type: "image/png" });
    fireEvent.paste(field, { clipboardData: { files: [file] } });
    expect(onAddFiles).toHaveBeenCalledWith([file]);
  });
});
