import type { Plugin } from "vite";

/** Sonner writes its style sheet into the page by script, which a strict content security policy forbids and a shadow
 * root does not see; `Toaster.tsx` loads it as any other. */
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

/** A registered property of Tailwind's, such as `@property --tw-shadow { syntax: "*"; inherits: false; }`. */
const PROPERTY = /@property\s+(--[\w-]+)\s*\{([^}]*)\}/g;

/**
 * Browsers register properties for whole documents alone and ignore `@property` in a shadow root. Sets what they would
 * begin with on every element instead, as Tailwind itself does for browsers that know no `@property`.
 */
export function registerByHand(css: string): string {
  const defaults = [...css.matchAll(PROPERTY)].map(([, name, body = ""]) => {
    const value = /initial-value:\s*([^;}]+)/.exec(body)?.[1] ?? "initial";
    return `${name}:${value.trim()}`;
  });
  if (defaults.length === 0) return css;
  return `*,::before,::after,::backdrop{${defaults.join(";")}}\n${css.replace(PROPERTY, "")}`;
}

/** The styles of toasts go into the shadow root (`src/element/lateSheets.ts`), not into the page around it. */
export function withoutStylesInThePage(): Plugin {
  return {
    name: "without-styles-in-the-page",
    enforce: "pre",
    resolveId: (source) => (source === "sonner/dist/styles.css" ? NO_STYLES : null),
    load: (id) => (id === NO_STYLES ? "" : null),
  };
}

const NO_STYLES = "\0no-styles";

/** {@link registerByHand} for the style sheet that goes into the custom element. After Tailwind's own plugin. */
export function stylesForShadowRoots(): Plugin {
  return {
    name: "styles-for-shadow-roots",
    enforce: "pre",
    transform(code, id) {
      return /\.css\?inline$/.test(id) ? { code: registerByHand(code), map: null } : null;
    },
  };
}
