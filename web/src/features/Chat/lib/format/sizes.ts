import type { Locale } from "../locale.ts";

const UNITS: Record<Locale, readonly string[]> = {
  ru: ["Б", "КБ", "МБ", "ГБ"],
  ky: ["Б", "КБ", "МБ", "ГБ"],
  en: ["B", "KB", "MB", "GB"],
};

/** Bytes of the next larger unit: as the server's limits are counted. */
const STEP = 1024;

/** A size as people read it: `812 Б`, `1,4 МБ`, `23 МБ`; one digit behind the comma below ten. */
export function fileSize(bytes: number, locale: Locale = "ru"): string {
  const units = UNITS[locale];
  let [size, unit] = [Math.max(0, bytes), 0];
  // Rounded up to a whole step is already the next unit: 1023.9 KB is 1 MB.
  while (rounded(size, unit) >= STEP && unit < units.length - 1) {
    size /= STEP;
    unit += 1;
  }
  const separator = locale === "en" ? "." : ",";
  return `${String(rounded(size, unit)).replace(".", separator)} ${units[unit]}`;
}

function rounded(size: number, unit: number): number {
  return unit === 0 || size >= 10 ? Math.round(size) : Math.round(size * 10) / 10;
}
