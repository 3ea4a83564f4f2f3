import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { withoutInjectedStyles } from "./vite.plugins.ts";

/** The server that `npm run dev` passes requests and sockets on to; `CHAT_SERVER` names another. */
const server = process.env.CHAT_SERVER ?? "http://127.0.0.1:8000";

/** The examples name the package as those do who have installed it. */
const ownPackage = [
  { find: /^@unet\/chat$/, replacement: file("src/features/Chat/index.ts") },
  { find: /^@unet\/chat\/style\.css$/, replacement: file("src/features/Chat/ui/styles.css") },
];

const EXAMPLES = ["container", "components", "api", "hooks", "element"];

function file(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** The demo page and the examples, which the server embeds: `npm run build` writes them to `dist/`. */
export default defineConfig({
  plugins: [react(), tailwindcss(), withoutInjectedStyles()],
  resolve: { alias: ownPackage },
  build: {
    rolldownOptions: {
      input: ["index.html", ...EXAMPLES.map((name) => `examples/${name}/index.html`)].map(file),
    },
    manifest: true,
    // Inlined files would be `data:` URLs, which the server's content security policy allows for images alone.
    assetsInlineLimit: 0,
    // The polyfill is an inline script in browsers that need it, and none of ours does.
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": { target: server, ws: true },
      "/ws": { target: server, ws: true },
      "/educations": { target: server },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}", "*.test.ts"],
    setupFiles: ["vitest.setup.ts"],
    // Longer than what a test waits for, ms.
    testTimeout: 30_000,
  },
});
