import { existsSync, readFileSync } from "node:fs";

/** What a page waits for before somebody sees the chat, kB gzipped; the texts of one language included. */
const FIRST_LOAD = "120 kB";

/** Everything that is loaded at once with `roots`: their static imports, and theirs, and the style sheets of all. */
function firstLoad(folder, roots) {
  const path = `${folder}/.vite/manifest.json`;
  if (!existsSync(path)) throw new Error(`${path} is missing: npm run build`);
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  const seen = new Set();
  const visit = (key) => {
    if (manifest[key] === undefined) throw new Error(`${key} is not in ${path}`);
    if (seen.has(key)) return;
    seen.add(key);
    for (const next of manifest[key].imports ?? []) visit(next);
  };
  for (const root of roots) visit(root);
  const files = [...seen].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]);
  return [...new Set(files)].map((file) => `${folder}/${file}`);
}

export default [
  {
    name: "<unet-chat>, first load",
    path: firstLoad("dist/widget", [
      "src/element/unet-chat.ts",
      // Small, and asked for the moment the element stands in the page: what it is there for.
      "src/element/mount.tsx",
      "src/features/Chat/lib/i18n/ru.ts",
    ]),
    limit: FIRST_LOAD,
    gzip: true,
  },
];
