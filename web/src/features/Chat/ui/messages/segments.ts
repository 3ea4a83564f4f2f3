import type { Mention, UserId } from "../../lib/types.ts";

/** A stretch of a message's text, as it is shown. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | { readonly kind: "mention"; readonly text: string; readonly userId: UserId };

/** What looks like an address of the web: nothing but `http`, `https` and `www.` is ever a link. */
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>"'«»“”]+/giu;

/** Signs that end the sentence around an address rather than the address. */
const TRAILING = /[.,:;!?…*_~]+$/u;

const BRACKETS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Cuts a text into links, mentions and what lies between; joined they are the text again. */
export function segments(text: string, mentions: readonly Mention[] = []): Segment[] {
  const found: Segment[] = [];
  let from = 0;
  for (const mention of [...mentions].sort((a, b) => a.offset - b.offset)) {
    const end = mention.offset + mention.length;
    if (mention.offset < from || mention.length <= 0 || end > text.length) continue;
    found.push(...linked(text.slice(from, mention.offset)));
    found.push({ kind: "mention", text: text.slice(mention.offset, end), userId: mention.user_id });
    from = end;
  }
  found.push(...linked(text.slice(from)));
  return found;
}

/** The addresses in a text, in their order. */
export function linksOf(text: string): string[] {
  return linked(text).flatMap((segment) => (segment.kind === "link" ? [segment.href] : []));
}

function linked(text: string): Segment[] {
  const found: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailing(match[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    found.push({ kind: "link", text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

/** Leaves off the end of the sentence, and brackets that are not opened within the address. */
function withoutTrailing(address: string): string {
  const bare = address.replace(TRAILING, "");
  const last = bare.at(-1) ?? "";
  const opening = BRACKETS[last];
  if (opening !== undefined && bare.split(opening).length < bare.split(last).length) {
    return withoutTrailing(bare.slice(0, -1));
  }
  return bare;
}

function hrefOf(address: string): string | null {
  const full = /^www\./i.test(address) ? `https://${address}` : address;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  return isWeb && url.hostname !== "" && url.hostname !== "www." ? url.href : null;
}
