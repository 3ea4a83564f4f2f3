import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ApiError, networkError } from "../api/errors.ts";
import { codeText, errorText } from "./errors.ts";

const LOCALES = ["ru", "ky", "en"] as const;

/** Codes that people never meet: a range of a file, a method, a frame that no screen sends. */
const NOT_FOR_PEOPLE = ["range_not_satisfiable", "method_not_allowed", "unknown_type", "internal"];

describe("a sentence", () => {
  it("is there for every problem that a person can meet, in every language", () => {
    const problems = readFileSync(new URL("../../../../../../docs/problems.md", import.meta.url), "utf8");
    const codes = [...problems.matchAll(/<a id="(\w+)">/g)].map(([, code]) => code ?? "");
    expect(codes.length).toBeGreaterThan(15);
    for (const locale of LOCALES) {
      const missing = codes.filter((code) => codeText(code, locale) === codeText("internal", locale));
      expect(missing.filter((code) => !NOT_FOR_PEOPLE.includes(code))).toEqual([]);
    }
  });

  it("is the server's own where that speaks Russian to those who read it", () => {
    const wrong = new ApiError({ status: 400, code: "invalid", message: "Пароли не совпадают" });
    expect(errorText(wrong, "ru")).toBe("Пароли не совпадают");
    expect(errorText(wrong, "en")).toBe("Please check what you have entered");
    const english = new ApiError({
      status: 403,
      code: "forbidden",
      message: "only an admin may remove others",
    });
    expect(errorText(english, "ru")).toBe("Недостаточно прав");
    expect(errorText(networkError(), "ky")).toBe("Сервер менен байланыш жок");
    expect(errorText(new TypeError("x is undefined"), "ru")).toBe("Ошибка сервера");
  });
});
