import chat from "../features/Chat/ui/styles.css?inline";

/** The size and the seam of the element. The page's own rules for `unet-chat` win over those of `:host`. */
const SEAM = `
:host { display: block; height: 36rem; }
:host([hidden]) { display: none; }
/* What the page hands down (letter spacing, text transform, cursor…) ends here; variables pass. */
.seam { all: initial; display: block; height: 100%; }
`;

const made = new Map<string, CSSStyleSheet>();

/** A sheet that every element of the page shares. Made by script, it needs nothing from `style-src` of the page's policy. */
export function sheet(css: string): CSSStyleSheet {
  const known = made.get(css) ?? new CSSStyleSheet();
  if (!made.has(css)) known.replaceSync(css);
  made.set(css, known);
  return known;
}

/** Gives a shadow root the styles of the chat. */
export function adoptStyles(root: ShadowRoot): void {
  root.adoptedStyleSheets = [sheet(SEAM), sheet(chat)];
}
