/** The languages that the chat speaks, and writes dates, names and sizes in. */
export type Locale = "ru" | "ky" | "en";

/** Every {@link Locale}, in the order in which a user is asked. */
export const LOCALES: readonly Locale[] = ["ru", "ky", "en"];
