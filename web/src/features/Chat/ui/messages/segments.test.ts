import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linksOf, segments } from "./segments.ts";

const links = (text: string) =>
  segments(text).flatMap((piece) => (piece.kind === "link" ? [[piece.text, piece.href]] : []));

describe("links", () => {
  test.each([
    ["https://example.com/a?b=1#c", "https://example.com/a?b=1#c"],
    ["см. http://example.com.", "http://example.com/"],
    [
      "(https://ru.wikipedia.org/wiki/Чат_(значения))",
      "https://ru.wikipedia.org/wiki/%D0%A7%D0%B0%D1%82_(%D0%B7%D0%BD%D0%B0%D1%87%D0%B5%D0%BD%D0%B8%D1%8F)",
    ],
    ["www.kstu.kg!", "https://www.kstu.kg/"],
    ["«https://example.com»", "https://example.com/"],
    ["https://example.com/x, и ещё", "https://example.com/x"],
  ])("%s", (text, href) => {
    expect(linksOf(text)).toEqual([href]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://example.com",
    "file:///etc",
    "example.com",
    "http://",
    "www.",
  ])("%s is no link", (text) => {
    expect(links(text)).toEqual([]);
  });

  test("nothing but http and https is ever linked, and no character is lost", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((tail) => `https://${tail}`),
        ),
        (text) => {
          const pieces = segments(text);
          expect(pieces.map((piece) => piece.text).join("")).toBe(text);
          for (const piece of pieces) {
            if (piece.kind === "link") expect(piece.href).toMatch(/^https?:\/\//);
          }
        },
      ),
    );
  });
});

describe("mentions", () => {
  test("stand between the rest, counted in UTF-16 units", () => {
    expect(segments("👍 @Аня, https://a.kg", [{ user_id: 7, offset: 3, length: 4 }])).toEqual([
      { kind: "text", text: "👍 " },
      { kind: "mention", text: "@Аня", userId: 7 },
      { kind: "text", text: ", " },
      { kind: "link", text: "https://a.kg", href: "https://a.kg/" },
    ]);
  });

  test("those that lie over each other or beyond the text are left out", () => {
    const found = segments("@Аня", [
      { user_id: 1, offset: 0, length: 4 },
      { user_id: 2, offset: 2, length: 2 },
      { user_id: 3, offset: 0, length: 40 },
    ]);
    expect(found).toEqual([{ kind: "mention", text: "@Аня", userId: 1 }]);
  });
});
