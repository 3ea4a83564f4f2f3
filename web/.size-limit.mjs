import { existsSync, readFileSync } from "node:fs";

/** What a page waits for before somebody sees the chat, kB gzipped; the texts of one language included. */
const FIRST_LOAD = "120 kB";

/** What follows at once, without being waited for: the realtime core, and the styles of what opens later. */
const RIGHT_AFTER = "13 kB";

/** The same as the first load for the demo page, which has sign-in forms and notifications besides. */
const DEMO_FIRST_LOAD = "130 kB";

const ELEMENT = [
  "src/element/unet-chat.ts",
  // Small, and asked for the moment the element stands in the page: what it is there for.
  "src/element/mount.tsx",
  "src/features/Chat/lib/i18n/ru.ts",
];

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

/** What `roots` load that is not there with `before`. */
function loadedAfter(folder, before, roots) {
  const there = new Set(firstLoad(folder, before));
  return firstLoad(folder, roots).filter((path) => !there.has(path));
}

export default [
  {
    name: "<unet-chat>, first load",
    path: firstLoad("dist/widget", ELEMENT),
    limit: FIRST_LOAD,
    gzip: true,
  },
  {
    name: "<unet-chat>, right after",
    path: loadedAfter("dist/widget", ELEMENT, [
      "src/features/Chat/lib/realtime/client.ts",
      "src/element/lateSheets.ts",
    ]),
    limit: RIGHT_AFTER,
    gzip: true,
  },
  {
    name: "demo page, first load",
    path: firstLoad("dist", ["index.html", "src/features/Chat/lib/i18n/ru.ts"]),
    limit: DEMO_FIRST_LOAD,
    gzip: true,
  },
];
