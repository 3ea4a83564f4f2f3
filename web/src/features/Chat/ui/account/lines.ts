import type { Profile } from "../../lib/types.ts";
import type { Text } from "../../model/useText.ts";
import type { FormLine } from "./AccountForm.tsx";

/** The password that the user has. */
export function password<Name extends string>(name: Name, label: string): FormLine<Name> {
  return { name, label, type: "password", autoComplete: "current-password", required: true };
}

/** A new password, asked for twice. */
export function newPassword<Name extends string>(
  [name, again]: readonly [Name, Name],
  label: string,
  t: Text["t"],
): FormLine<Name>[] {
  const line = { type: "password", autoComplete: "new-password", required: true } as const;
  return [
    { ...line, name, label },
    { ...line, name: again, label: t("account.passwordAgain"), repeats: name },
  ];
}

/** Who somebody is; nobody yet, unless told. */
export function person(
  t: Text["t"],
  who?: Pick<Profile, "first_name" | "last_name" | "email">,
): FormLine<"first_name" | "last_name" | "email">[] {
  return [
    {
      name: "first_name",
      label: t("account.firstName"),
      autoComplete: "given-name",
      initial: who?.first_name ?? "",
    },
    {
      name: "last_name",
      label: t("account.lastName"),
      autoComplete: "family-name",
      initial: who?.last_name ?? "",
    },
    {
      name: "email",
      label: t("account.email"),
      type: "email",
      autoComplete: "email",
      initial: who?.email ?? "",
    },
  ];
}
