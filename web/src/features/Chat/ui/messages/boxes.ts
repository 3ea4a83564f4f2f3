import { thumbHashToDataURL } from "thumbhash";
import type { Attachment } from "../../lib/types.ts";

/** The largest that a picture stands in the list, px. */
export const LARGEST = { width: 320, height: 320 } as const;

/** For what lies elsewhere, of which no size is known: a fixed box, so that nothing moves when it comes. */
const UNKNOWN = { width: 280, height: 210 } as const;

/** The box that a picture or film gets before it is loaded, px; it keeps the proportions. */
export function boxOf(attachment: Pick<Attachment, "width" | "height">): { width: number; height: number } {
  const { width, height } = attachment;
  if (!width || !height) return UNKNOWN;
  const scale = Math.min(1, LARGEST.width / width, LARGEST.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

const drawn = new Map<string, string>();

/** The blurred picture of a thumbhash as a `data:` URL; `undefined` when there is none, or none that can be read. */
export function blurOf(placeholder: string | null | undefined): string | undefined {
  if (placeholder === null || placeholder === undefined || placeholder === "") return undefined;
  const known = drawn.get(placeholder);
  if (known !== undefined) return known;
  try {
    const bytes = Uint8Array.from(atob(placeholder), (sign) => sign.charCodeAt(0));
    const url = thumbHashToDataURL(bytes);
    drawn.set(placeholder, url);
    return url;
  } catch {
    // Only a decoration: the box stays plain.
    return undefined;
  }
}
