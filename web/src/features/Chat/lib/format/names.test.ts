import { describe, expect, it } from "vitest";
import { conversationTitle, displayName, initials } from "./names.ts";
import { fileSize } from "./sizes.ts";

describe("a person's name", () => {
  it("is both names, else one, else the username, else a word and the id", () => {
    expect(displayName({ first_name: " Айбек ", last_name: "Токтогулов" })).toBe("Айбек Токтогулов");
    expect(displayName({ first_name: "", last_name: "Токтогулов", username: "aibek" })).toBe("Токтогулов");
    expect(displayName({ first_name: null, username: "aibek" })).toBe("aibek");
    expect(displayName({ id: 7, username: " " })).toBe("Пользователь 7");
    expect(displayName({ id: 7 }, "ky")).toBe("Колдонуучу 7");
  });

  it("has initials of whole characters", () => {
    expect(initials("айбек токтогулов уулу")).toBe("АТ");
    expect(initials("«Группа» 2")).toBe("Г2");
    expect(initials("😀 anna")).toBe("A");
    expect(initials("𝒜bc")).toBe("𝒜");
    expect(initials("  ")).toBe("?");
  });
});

describe("a conversation's name", () => {
  it("is its title, else the other side, else its kind", () => {
    const other = {
      id: 2,
      username: "bermet",
      first_name: "Бермет",
      last_name: "",
      avatar: "",
      is_online: false,
      last_seen: null,
    };
    expect(conversationTitle({ type: "group", title: "ИВТ-21" })).toBe("ИВТ-21");
    expect(conversationTitle({ type: "private", title: null, other_user: other })).toBe("Бермет");
    expect(conversationTitle({ type: "group", title: " " })).toBe("Групповой чат");
    expect(conversationTitle({ type: "private", title: null }, "en")).toBe("Conversation");
  });
});

describe("a file's size", () => {
  it("is told in the unit that needs the fewest digits", () => {
    expect(fileSize(0)).toBe("0 Б");
    expect(fileSize(1023)).toBe("1023 Б");
    expect(fileSize(1024)).toBe("1 КБ");
    expect(fileSize(1_468_006)).toBe("1,4 МБ");
    expect(fileSize(1024 * 1024 - 1)).toBe("1 МБ");
    expect(fileSize(100 * 1024 * 1024, "en")).toBe("100 MB");
    expect(fileSize(5 * 1024 ** 4)).toBe("5120 ГБ");
  });
});
