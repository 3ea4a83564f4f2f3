import type { Locale } from "../locale.ts";

/** Kyrgyz months, January first, which browsers lack: there is one form for dates and for headings. */
const KYRGYZ_MONTHS = [
  "январь",
  "февраль",
  "март",
  "апрель",
  "май",
  "июнь",
  "июль",
  "август",
  "сентябрь",
  "октябрь",
  "ноябрь",
  "декабрь",
] as const;

/** Kyrgyz weekdays, Sunday first. */
const KYRGYZ_DAYS = ["жекшемби", "дүйшөмбү", "шейшемби", "шаршемби", "бейшемби", "жума", "ишемби"] as const;

type Names = Readonly<Record<"months" | "weekdays", readonly string[]>>;

const known = new Map<Locale, Names>([["ky", { months: KYRGYZ_MONTHS, weekdays: KYRGYZ_DAYS }]]);

/** The name of a month, 0 for January, as it stands after a day: `ноября`. */
export function monthName(month: number, locale: Locale): string {
  return namesIn(locale).months[month] ?? "";
}

/** The name of a weekday, 0 for Sunday: `четверг`. */
export function weekdayName(weekday: number, locale: Locale): string {
  return namesIn(locale).weekdays[weekday] ?? "";
}

/** What the browser calls them; asked once, for that takes a while. */
function namesIn(locale: Locale): Names {
  const names = known.get(locale) ?? {
    months: Array.from({ length: 12 }, (_, month) => part(locale, "month", Date.UTC(2023, month, 1))),
    // The first of January 2023 was a Sunday.
    weekdays: Array.from({ length: 7 }, (_, day) => part(locale, "weekday", Date.UTC(2023, 0, 1 + day))),
  };
  known.set(locale, names);
  return names;
}

function part(locale: Locale, type: "month" | "weekday", moment: number): string {
  // With the day beside it, a month is in the case that it has there.
  const options =
    type === "month" ? ({ day: "numeric", month: "long" } as const) : { weekday: "long" as const };
  const parts = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).formatToParts(moment);
  return parts.find((one) => one.type === type)?.value ?? "";
}
