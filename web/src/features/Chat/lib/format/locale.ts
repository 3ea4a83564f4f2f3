/** The languages that dates, names and sizes are written in. */
export type Locale = "ru" | "ky" | "en";
