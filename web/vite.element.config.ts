import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { stylesForShadowRoots, withoutInjectedStyles } from "./vite.plugins.ts";

/**
 * The custom element `<unet-chat>`: `dist/widget/unet-chat.js`, which loads everything else by its own address, so that
 * the folder works from any path of any host. `npm run build` has filled `dist` before.
 */
export default defineConfig({
  plugins: [react(), tailwindcss(), stylesForShadowRoots(), withoutInjectedStyles()],
  define: { "process.env.NODE_ENV": '"production"' },
  publicDir: false,
  base: "./",
  build: {
    outDir: "dist/widget",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { "unet-chat": "src/element/unet-chat.ts" },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: "[name].js",
        // The server lets browsers keep for ever what is named by its content in a folder of this name.
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
