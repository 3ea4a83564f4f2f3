import { readFileSync } from "node:fs";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { withoutInjectedStyles } from "./vite.plugins.ts";

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
}

const manifest: Manifest = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

/** What is installed with the package, or by the application: everything that `package.json` says so of. */
const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

/** The feature as a package: `dist-lib/index.js` with chunks that are loaded late, and one style sheet. */
export default defineConfig({
  plugins: [react(), tailwindcss(), withoutInjectedStyles()],
  publicDir: false,
  build: {
    outDir: "dist-lib",
    target: "es2023",
    sourcemap: true,
    cssCodeSplit: false,
    lib: { entry: { index: "src/library.ts" }, formats: ["es"], cssFileName: "style" },
    rolldownOptions: {
      external: (id) => installed.some((name) => id === name || id.startsWith(`${name}/`)),
      output: { chunkFileNames: "chunks/[name]-[hash].js" },
    },
  },
});
