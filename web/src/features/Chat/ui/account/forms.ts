import { ApiError } from "../../lib/api/errors.ts";
import type { Text } from "../../model/useText.ts";
import { inWords } from "./serverWords.ts";

/** What is wrong with which field, by its name; `""` is for the form as a whole. */
export type FormErrors = Readonly<Record<string, string>>;

export const NO_ERRORS: FormErrors = {};

/** Fields that are blank although they must not be, with what to say of each. */
export function missing(values: Readonly<Record<string, string>>, t: Text["t"]): FormErrors {
  const blank = Object.entries(values).filter(([, value]) => value.trim() === "");
  return Object.fromEntries(blank.map(([field]) => [field, t("account.required")]));
}

/** What the server said, by the form's fields; what concerns none of them stands under `""`. */
export function errorsOf(error: unknown, fields: readonly string[], t: Text["t"]): FormErrors {
  if (!(error instanceof ApiError)) return { "": t("account.failed") };
  if (error.status === 0) return { "": t("account.noNetwork") };
  const ofFields = Object.entries(error.fieldErrors).filter(([field]) => fields.includes(field));
  if (ofFields.length === 0) return { "": inWords(error.message, t) };
  return Object.fromEntries(ofFields.map(([field, sentence]) => [field, inWords(sentence, t)]));
}
