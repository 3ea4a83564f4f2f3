// Packs the library, installs the package into an application of its own, and type-checks and builds the examples there
// as those do who have installed it.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const web = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { devDependencies } = JSON.parse(readFileSync(join(web, "package.json"), "utf8"));

/** What the application has of its own. */
const OWN = [
  "react",
  "react-dom",
  "@tanstack/react-query",
  "@types/react",
  "@types/react-dom",
  "typescript",
  "vite",
  "@vitejs/plugin-react",
];
const EXAMPLES = ["container", "components", "api", "hooks"];

function run(folder, command, ...args) {
  execFileSync(command, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
}

function check(isTrue, what) {
  if (!isTrue) throw new Error(what);
}

/** An application in which the examples are all that there is. */
function writeApplication(folder, tarball) {
  const json = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value, null, 2));
  json("package.json", {
    private: true,
    type: "module",
    dependencies: {
      "@unet/chat": `file:${tarball}`,
      ...Object.fromEntries(OWN.map((name) => [name, devDependencies[name]])),
    },
  });
  json("tsconfig.json", {
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2023", "DOM", "DOM.Iterable"],
      module: "ESNext",
      moduleResolution: "bundler",
      jsx: "react-jsx",
      strict: true,
      noEmit: true,
      // The package's own types are checked, too.
      skipLibCheck: false,
      allowImportingTsExtensions: true,
      types: ["vite/client"],
    },
    include: ["src"],
  });
  cpSync(join(web, "examples"), join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "src/element-types.ts"), ELEMENT_USER);
  const inputs = EXAMPLES.map((name) => `src/${name}/index.html`);
  writeFileSync(
    join(folder, "vite.config.js"),
    `export default { build: { rolldownOptions: { input: ${JSON.stringify(inputs)} } } };`,
  );
}

/** The custom element by its package: what a page sets and hears has types. */
const ELEMENT_USER = `import "@unet/chat/element";
const chat = document.createElement("unet-chat");
chat.tokenProvider = async () => "token";
chat.addEventListener("unet-chat:unread", ({ detail }) => detail.count.toFixed());
`;

function checkBuilt(folder) {
  const files = readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" });
  for (const name of EXAMPLES)
    check(files.includes(join("src", name, "index.html")), `${name} was not built`);
  const styles = files.filter((name) => name.endsWith(".css"));
  const css = styles.map((name) => readFileSync(join(folder, "dist", name), "utf8")).join("");
  check(css.includes("--chat-primary"), "the style sheet is not in what was built");
}

function checkPackage(folder) {
  const lib = join(folder, "node_modules/@unet/chat/dist-lib");
  const styles = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".css"),
  );
  check(styles.length === 1 && styles[0] === "style.css", `one style sheet is promised, not ${styles}`);
  const nested = readdirSync(join(folder, "node_modules/@unet/chat"));
  check(!nested.includes("node_modules"), "the application's React and the package's are two");
  check(!nested.includes("src"), "sources are packed");
}

const folder = mkdtempSync(join(tmpdir(), "chat-package-"));
try {
  run(web, "npm", "pack", "--pack-destination", folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  check(tarball !== undefined, "nothing was packed");
  writeApplication(folder, tarball);
  run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund");
  checkPackage(folder);
  run(folder, "npx", "tsc");
  run(folder, "npx", "vite", "build", "--logLevel", "error");
  checkBuilt(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
