import { clockTime, dayLabel as labelOf } from "../../lib/format/dates.ts";
import type { Locale } from "../../lib/locale.ts";

/** `14:05` of a moment in RFC 3339, or in ms since 1970. */
export function formatTime(at: string | number): string {
  return clockTime(typeof at === "number" ? new Date(at).toISOString() : at);
}

/** "Today", "Yesterday" or the date of a day, both days in ms since 1970. */
export function dayLabel(day: number, today: number, locale: Locale): string {
  return labelOf(new Date(day).toISOString(), new Date(today), locale);
}
