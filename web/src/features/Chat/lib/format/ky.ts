import type { Locale as DateLocale, Day } from "date-fns";
import { ru } from "date-fns/locale/ru";

/** Months, January first: Kyrgyz has one form for dates and for headings. */
const MONTHS = [
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

/** Weekdays, Sunday first. */
const DAYS = ["жекшемби", "дүйшөмбү", "шейшемби", "шаршемби", "бейшемби", "жума", "ишемби"] as const;

/** Kyrgyz, which date-fns lacks: its words, in the order and with the week of the Russian locale. */
export const ky: DateLocale = {
  ...ru,
  code: "ky",
  localize: {
    ...ru.localize,
    month: (month) => MONTHS[month],
    day: (day: Day) => DAYS[day],
  },
};
