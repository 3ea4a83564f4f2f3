import { differenceInCalendarDays } from "date-fns/differenceInCalendarDays";
import { isSameYear } from "date-fns/isSameYear";
import type { Locale } from "../locale.ts";
import { monthName, weekdayName } from "./calendar.ts";

/**
 * Moments as the screens show them, in the viewer's time zone. Each takes a moment in RFC 3339 and what time it is
 * now, and gives an empty text for what is no moment. What lies ahead, by a clock that goes wrong, counts as now.
 */

/** Days for which the list says the weekday. */
const WEEK_DAYS = 7;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A day of a year, in pieces: its number, the same with two digits, the month's name, the year. */
interface Day {
  readonly day: number;
  readonly dd: string;
  readonly month: string;
  readonly year: number;
}

/** How each language writes a day; Kyrgyz puts a hyphen between day and month, and the year in front. */
interface Words {
  readonly day: (day: Day) => string;
  readonly dayOfYear: (day: Day) => string;
  readonly today: string;
  readonly yesterday: string;
  readonly justNow: string;
  readonly minutesAgo: (count: number) => string;
  readonly hoursAgo: (count: number) => string;
  readonly daysAgo: (count: number) => string;
  readonly seen: (when: string) => string;
  readonly at: (day: string, time: string) => string;
}

const WORDS: Record<Locale, Words> = {
  ru: {
    day: ({ dd, month }) => `${dd} ${month}`,
    dayOfYear: ({ dd, month, year }) => `${dd} ${month} ${year}`,
    today: "Сегодня",
    yesterday: "Вчера",
    justNow: "Только что",
    minutesAgo: (count) => `${count} мин. назад`,
    hoursAgo: (count) => `${count} ч. назад`,
    daysAgo: (count) => `${count} дн. назад`,
    seen: (when) => `был(а) ${when}`,
    at: (day, time) => `${day} в ${time}`,
  },
  ky: {
    day: ({ day, month }) => `${day}-${month}`,
    dayOfYear: ({ day, month, year }) => `${year}-ж. ${day}-${month}`,
    today: "Бүгүн",
    yesterday: "Кечээ",
    justNow: "Азыр эле",
    minutesAgo: (count) => `${count} мүн. мурун`,
    hoursAgo: (count) => `${count} саат мурун`,
    daysAgo: (count) => `${count} күн мурун`,
    seen: (when) => `${when} болгон`,
    at: (day, time) => `${day} саат ${time}`,
  },
  en: {
    day: ({ day, month }) => `${day} ${month}`,
    dayOfYear: ({ day, month, year }) => `${day} ${month} ${year}`,
    today: "Today",
    yesterday: "Yesterday",
    justNow: "Just now",
    minutesAgo: (count) => `${count} min ago`,
    hoursAgo: (count) => `${count} h ago`,
    daysAgo: (count) => `${count} d ago`,
    seen: (when) => `last seen ${when}`,
    at: (day, time) => `${day} at ${time}`,
  },
};

/** The time of a message: `14:05`. */
export function clockTime(moment: string): string {
  const date = parsed(moment);
  return date === null ? "" : clock(date);
}

/** The time of a row of the list: today the time, then "Вчера", the weekday for a week, then `21.11.26`. */
export function listTime(moment: string, now: Date, locale: Locale = "ru"): string {
  const date = parsed(moment);
  if (date === null) return "";
  const days = daysBefore(date, now);
  if (days === 0) return clock(date);
  if (days === 1) return WORDS[locale].yesterday;
  return days < WEEK_DAYS ? weekdayName(date.getDay(), locale) : numbers(date);
}

/** The time of a row of the window of messages: today the time, then "Вчера", "3 дн. назад" for a week, then `21.11`. */
export function shortTime(moment: string, now: Date, locale: Locale = "ru"): string {
  const date = parsed(moment);
  if (date === null) return "";
  const days = daysBefore(date, now);
  if (days === 0) return clock(date);
  if (days === 1) return WORDS[locale].yesterday;
  return days < WEEK_DAYS ? WORDS[locale].daysAgo(days) : shortDate(date, now);
}

/** What stands between the messages of two days: "Сегодня", "Вчера", `21 ноября`, `21 ноября 2025`. */
export function dayLabel(moment: string, now: Date, locale: Locale = "ru"): string {
  const date = parsed(moment);
  if (date === null) return "";
  const words = WORDS[locale];
  const days = daysBefore(date, now);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return (isSameYear(date, now) ? words.day : words.dayOfYear)(dayOf(date, locale));
}

/** Whether two messages stand under the same {@link dayLabel}. */
export function isSameDay(a: string, b: string): boolean {
  const [one, other] = [parsed(a), parsed(b)];
  return one !== null && other !== null && differenceInCalendarDays(one, other) === 0;
}

/** The age of a notification: "Только что", "5 мин. назад", "3 ч. назад", "2 дн. назад", then `21.11`. */
export function relativeTime(moment: string, now: Date, locale: Locale = "ru"): string {
  const date = parsed(moment);
  if (date === null) return "";
  const words = WORDS[locale];
  const age = now.getTime() - date.getTime();
  if (age < MINUTE_MS) return words.justNow;
  if (age < HOUR_MS) return words.minutesAgo(Math.floor(age / MINUTE_MS));
  const days = daysBefore(date, now);
  // The night between does not make an hour ago a day ago.
  if (age < 24 * HOUR_MS) return words.hoursAgo(Math.floor(age / HOUR_MS));
  if (days < WEEK_DAYS) return words.daysAgo(days);
  return shortDate(date, now);
}

/** When somebody was there: "был(а) 5 мин. назад", "был(а) вчера в 14:05", "был(а) 21.11.26". */
export function lastSeen(moment: string | null | undefined, now: Date, locale: Locale = "ru"): string {
  const date = parsed(moment ?? "");
  if (date === null) return "";
  const words = WORDS[locale];
  const age = now.getTime() - date.getTime();
  if (age < MINUTE_MS) return words.seen(lower(words.justNow, locale));
  if (age < HOUR_MS) return words.seen(words.minutesAgo(Math.floor(age / MINUTE_MS)));
  const days = daysBefore(date, now);
  const time = clock(date);
  if (days === 0) return words.seen(words.at(lower(words.today, locale), time));
  if (days === 1) return words.seen(words.at(lower(words.yesterday, locale), time));
  return words.seen(numbers(date));
}

/** The whole moment, for tips and screen readers: `21 ноября 2026, 14:05`. */
export function fullTime(moment: string, locale: Locale = "ru"): string {
  const date = parsed(moment);
  return date === null ? "" : `${WORDS[locale].dayOfYear(dayOf(date, locale))}, ${clock(date)}`;
}

/** `14:05` */
function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `21.11`, of another year `21.11.25` */
function shortDate(date: Date, now: Date): string {
  return isSameYear(date, now) ? dayAndMonth(date) : numbers(date);
}

/** `21.11` */
function dayAndMonth(date: Date): string {
  return `${two(date.getDate())}.${two(date.getMonth() + 1)}`;
}

/** `21.11.26` */
function numbers(date: Date): string {
  return `${dayAndMonth(date)}.${two(date.getFullYear() % 100)}`;
}

function dayOf(date: Date, locale: Locale): Day {
  const day = date.getDate();
  return { day, dd: two(day), month: monthName(date.getMonth(), locale), year: date.getFullYear() };
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** Calendar days between, by the viewer's midnights and not by 24 hours: days of 23 and of 25 hours count as one. */
function daysBefore(date: Date, now: Date): number {
  return Math.max(0, differenceInCalendarDays(now, date));
}

function lower(word: string, locale: Locale): string {
  return word.toLocaleLowerCase(locale);
}

function parsed(moment: string): Date | null {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? null : date;
}
