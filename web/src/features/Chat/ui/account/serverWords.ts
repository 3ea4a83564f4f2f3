import type { Text } from "../../model/useText.ts";

/** What the account service says of fields, in the words of the dialect that it keeps: English for most. */
const SENTENCES = [
  [/^A user with that username already exists/, "account.usernameTaken"],
  [/^Enter a valid username/, "account.usernameHint"],
  [/^Enter a valid email/, "account.emailInvalid"],
  [/^Enter a valid URL/, "account.avatarHint"],
  [/e-?mail.*(exists|taken|занят|существует)/i, "account.emailTaken"],
  [/^This field (is required|may not be)/, "account.required"],
] as const;

const TOO_SHORT = /has at least (\d+) characters/;
const TOO_LONG = /has no more than (\d+) characters/;

/** A sentence of the account service in the user's language; as it is when it is a new one. */
export function inWords(sentence: string, t: Text["t"]): string {
  const least = TOO_SHORT.exec(sentence)?.[1];
  if (least !== undefined) return t("account.tooShort", { number: least });
  const most = TOO_LONG.exec(sentence)?.[1];
  if (most !== undefined) return t("account.tooLong", { number: most });
  const known = SENTENCES.find(([pattern]) => pattern.test(sentence));
  return known === undefined ? sentence : t(known[1]);
}
