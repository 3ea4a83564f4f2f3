// @vitest-environment jsdom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { row } from "../../model/testkit.ts";
import { inJsdom, PEOPLE, renderChat } from "../testing.tsx";
import CreateDialog from "./CreateDialog.tsx";
import { matchesPerson } from "./people.ts";
import { EMPTY_NEW, isComplete } from "./rules.ts";

inJsdom();

const submit = () => screen.getByRole<HTMLButtonElement>("button", { name: /Создать|Создание…/ });

async function dialog(onCreate = vi.fn(async () => row("new"))) {
  const [onClose, onCreated] = [vi.fn(), vi.fn()];
  const page = await renderChat(
    <CreateDialog isOpen onClose={onClose} onCreate={onCreate} onCreated={onCreated} />,
  );
  return { ...page, onCreate, onClose, onCreated };
}

describe("the rules", () => {
  test.each([
    [{}, false],
    [{ title: "Кафедра" }, false],
    [{ title: "   ", userIds: [2] }, false],
    [{ title: "Кафедра", userIds: [2] }, true],
    [{ type: "private", title: "Кафедра", userIds: [2] }, false],
    [{ type: "private", userId: 2 }, true],
  ] as const)("of %j say %s", (form, expected) => {
    expect(isComplete({ ...EMPTY_NEW, ...form })).toBe(expected);
  });
});

test.each([
  ["иван п", 2, true],
  ["петров иван", 2, true],
  ["елкина", 3, true],
  ["иванов", 2, false],
])("%j means person %i: %s", (query, id, expected) => {
  const person = PEOPLE.find((each) => each.id === id);
  expect(person && matchesPerson(person, query)).toBe(expected);
});

test("makes a group of a title and the people who were picked", async () => {
  const { user, server, onCreate, onCreated, onClose } = await dialog();
  expect(submit().disabled).toBe(true);
  expect(server.count("GET /api/v1/users/chat-users/")).toBe(0);
  await user.type(screen.getByLabelText("Название"), " Кафедра ");
  await user.click(screen.getByRole("combobox"));
  const list = within(await screen.findByRole("region", { name: "Участники" }));
  await list.findByRole("option", { name: /Иван Петров.*Доцент/ });
  expect(screen.queryByRole("option", { name: /Айбек/ })).toBeNull();
  await user.keyboard("ёлк");
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
  await user.keyboard("{Enter}");
  await screen.findByRole("button", { name: "Убрать: Анна Ёлкина" });
  expect(submit().disabled).toBe(false);
  await user.click(submit());
  expect(onCreate).toHaveBeenCalledWith("group", "Кафедра", [3]);
  await waitFor(() => expect(onCreated).toHaveBeenCalledWith(expect.objectContaining({ id: "new" })));
  expect(onClose).toHaveBeenCalled();
});

test.each([
  ["Группа", "Убрать: Иван Петров"],
  ["Личная", null],
])(
  "Escape closes the list, then the dialog, and takes away nobody who is picked: %s",
  async (type, badge) => {
    const { user, onClose } = await dialog();
    await user.click(screen.getByRole("radio", { name: type }));
    await user.click(screen.getByRole("combobox"));
    await user.click(await screen.findByRole("option", { name: /Иван Петров/ }));
    const isStillPicked = () =>
      badge === null
        ? expect(screen.getByRole<HTMLInputElement>("combobox").value).toBe("Иван Петров")
        : screen.getByRole("button", { name: badge });
    if (screen.queryByRole("listbox") === null) await user.click(screen.getByRole("combobox"));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("listbox")).toBeNull());
    expect(onClose).not.toHaveBeenCalled();
    isStillPicked();
    await user.keyboard("{Escape}");
    expect(onClose).toHaveBeenCalledOnce();
    isStillPicked();
  },
);

test("says that nobody is called so", async () => {
  const { user } = await dialog();
  await user.click(screen.getByRole("combobox"));
  await user.keyboard("никто такой");
  await screen.findByText("Пользователи не найдены");
});

test("stays open with what was filled in when it was not made", async () => {
  const { user, onClose } = await dialog(vi.fn().mockRejectedValue(new Error("500")));
  await user.click(screen.getByRole("radio", { name: "Личная" }));
  expect(screen.queryByLabelText("Название")).toBeNull();
  await user.click(screen.getByRole("combobox"));
  await user.click(await screen.findByRole("option", { name: /Иван Петров/ }));
  await user.click(submit());
  await screen.findByText("Ошибка создания беседы");
  expect(onClose).not.toHaveBeenCalled();
  expect(submit().disabled).toBe(false);
});
