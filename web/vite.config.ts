import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The server that `npm run dev` passes requests and sockets on to; `CHAT_SERVER` names another. */
const server = process.env.CHAT_SERVER ?? "http://127.0.0.1:8000";

/** The demo page, which the server embeds: `npm run build` writes it to `dist/`. */
/** Sonner writes its style sheet into the page by script, which a strict content security policy forbids and a shadow
 * root does not see; ours has it already (`ui/styles.css`). */
export function withoutInjectedStyles(): Plugin {
  return {
    name: "without-injected-styles",
    transform(code, id) {
      if (!/sonner.dist.index.mjs$/.test(id)) return null;
      const bare = code.replace(/^__insertCSS\(.*\);?$/m, "");
      if (bare === code) this.error("sonner injects its styles in another way now");
      return { code: bare, map: null };
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), withoutInjectedStyles()],
  build: {
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
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
