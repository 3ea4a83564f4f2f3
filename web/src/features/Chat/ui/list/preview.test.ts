import { beforeAll, expect, test } from "vitest";
import { createTranslator, type Translate } from "../../lib/i18n/translator.ts";
import { row } from "../../model/testkit.ts";
import { type PreviewFacts, preview } from "./preview.ts";

let t: Translate;
beforeAll(async () => {
  t = (await createTranslator("ru")).language.getSnapshot().t;
});

const said = (text: string | null, sender_id = 2) => ({
  id: "m",
  sender_id,
  text,
  created_at: "2026-11-21T10:00:00Z",
});

function line(facts: Partial<PreviewFacts>): string {
  const nobody = { me: 1, typing: [], draft: "", nameOf: (id: number) => `Имя${id}` };
  return preview({ ...nobody, conversation: row("a", { last_message: said("Привет") }), ...facts }, t).text;
}

const privately = (text: string | null, sender_id = 2) =>
  row("a", { type: "private", last_message: said(text, sender_id) });

test("says who said it in groups, and whose own it is everywhere", () => {
  expect(line({})).toBe("Имя2: Привет");
  expect(line({ conversation: privately("Привет") })).toBe("Привет");
  expect(line({ conversation: privately("Привет", 1) })).toBe("Вы: Привет");
});

test("who writes counts more than a draft, and a draft more than what was said", () => {
  expect(line({ draft: "  не\nдописано " })).toBe("Черновик: не дописано");
  expect(line({ draft: "не дописано", typing: [3] })).toBe("Имя3 печатает…");
  expect(line({ typing: [3, 4] })).toBe("печатают…");
  expect(line({ typing: [2], conversation: privately("Привет") })).toBe("печатает…");
});

test("a message without text is a file, and nothing at all is what kind of conversation it is", () => {
  expect(line({ conversation: privately(null) })).toBe("Вложение");
  expect(line({ conversation: row("a") })).toBe("Групповой чат");
  expect(line({ conversation: row("a", { type: "private" }) })).toBe("Приватная беседа");
});
