import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { stylesForShadowRoots, withoutInjectedStyles, withoutStylesInThePage } from "./vite.plugins.ts";

/** What every visit needs before anything else: one file instead of many small ones, which compress worse. */
const AT_ONCE = [
  "node_modules/(react|react-dom|scheduler|clsx)/",
  "node_modules/@tanstack/(query-core|react-query)/",
  "node_modules/lucide-react/dist/esm/(?!icons)",
  "node_modules/lucide-react/dist/esm/icons/(bell-off|pin)\\.",
  "src/features/Chat/lib/(i18n/translator|store)\\.",
  "src/features/Chat/model/(runtime|conversations)/",
  "src/features/Chat/model/(useText|TextProvider)\\.",
  "src/features/Chat/ui/kit/(cn|root|Avatar|Badge|Button|Input|Spinner)\\.",
].join("|");

/**
 * The custom element `<unet-chat>`: `dist/widget/unet-chat.js`, which loads everything else by its own address, so that
 * the folder works from any path of any host. `npm run build` has filled `dist` before.
 */
export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    stylesForShadowRoots(),
    withoutInjectedStyles(),
    withoutStylesInThePage(),
  ],
  define: { "process.env.NODE_ENV": '"production"' },
  publicDir: false,
  base: "./",
  build: {
    outDir: "dist/widget",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    // A widget adds nothing to the head of the page that it stands in.
    modulePreload: false,
    rolldownOptions: {
      input: { "unet-chat": "src/element/unet-chat.ts" },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: "[name].js",
        // The server lets browsers keep for ever what is named by its content in a folder of this name.
        chunkFileNames: "assets/[name]-[hash].js",
        codeSplitting: { groups: [{ name: "core", test: new RegExp(AT_ONCE) }] },
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
