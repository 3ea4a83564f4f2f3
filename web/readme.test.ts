import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

const SNIPPET = /<!-- (examples\/\S+) -->\n```tsx?\n([\s\S]*?)```/g;

test("what the README shows is what the examples run", () => {
  const snippets = [...read("README.md").matchAll(SNIPPET)];
  expect(snippets).toHaveLength(7);
  for (const [, path = "", code] of snippets) expect(read(path), path).toContain(code);
});

test("the README names every variable that the styles read", () => {
  const named = new Set(read("README.md").match(/--chat-[\w-]+/g));
  const used = new Set(read("src/features/Chat/ui/styles.css").match(/(?<=var\()--chat-[\w-]+/g));
  expect([...used].filter((name) => !named.has(name))).toEqual([]);
});
