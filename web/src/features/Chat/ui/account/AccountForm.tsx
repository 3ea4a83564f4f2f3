import type { ReactNode } from "react";
import { type Text, useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { cn } from "../kit/cn.ts";
import { Field, type FieldProps } from "./Field.tsx";
import { FormError } from "./FormPage.tsx";
import { type FormErrors, missing } from "./forms.ts";
import { useForm } from "./useForm.ts";

/** A line of a form, in the order in which they stand. */
export interface FormLine<Name extends string>
  extends Pick<FieldProps, "label" | "autoComplete" | "hint" | "type" | "required"> {
  readonly name: Name;
  /** What stands there at first; nothing, unless told. */
  readonly initial?: string;
  /** The line whose value it has to say again. */
  readonly repeats?: Name;
}

export interface AccountFormProps<Name extends string> {
  lines: readonly FormLine<Name>[];
  /** What the button says, and what it says while it is busy. */
  submit: readonly [idle: string, busy: string];
  variant?: "primary" | "outline" | undefined;
  /** Does it; throws what the server said, which is shown at the lines that it is about. */
  onSubmit: (values: Readonly<Record<Name, string>>) => Promise<void>;
  /** Empties the lines once it is done. */
  isEmptiedAfter?: boolean | undefined;
  /** Said above the lines while the form itself has nothing to say there. */
  notice?: string | undefined;
  /** What stands above the lines, by the values of the moment. */
  header?: ((values: Readonly<Record<Name, string>>) => ReactNode) | undefined;
  /** Where the button stands. */
  buttonClassName?: string | undefined;
  className?: string | undefined;
}

/** A form about the user's account: its lines, what is wrong with them, and the button. */
export function AccountForm<Name extends string>(props: AccountFormProps<Name>) {
  const { lines, submit, variant = "primary", onSubmit, isEmptiedAfter = false, notice, header } = props;
  const { t } = useText();
  const form = useForm<Name>({
    initial: Object.fromEntries(lines.map(({ name, initial = "" }) => [name, initial])) as Record<
      Name,
      string
    >,
    check: (values) => checked(lines, values, t),
    send: async (values) => {
      await onSubmit(values);
      if (isEmptiedAfter) form.reset();
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className={cn("uc:flex uc:flex-col uc:gap-3", props.className)}>
      {header?.(form.values)}
      <FormError text={form.formError ?? notice} />
      {lines.map(({ initial: _initial, repeats: _repeats, ...line }) => (
        <Field key={line.name} {...line} {...form.field(line.name)} />
      ))}
      <Button type="submit" variant={variant} disabled={form.isBusy} className={props.buttonClassName}>
        {submit[form.isBusy ? 1 : 0]}
      </Button>
    </form>
  );
}

/** What can be told without the server: what is missing, and what was not said twice alike. */
function checked<Name extends string>(
  lines: readonly FormLine<Name>[],
  values: Readonly<Record<Name, string>>,
  t: Text["t"],
): FormErrors {
  const required = lines.filter((line) => line.required === true);
  const blank = missing(Object.fromEntries(required.map(({ name }) => [name, values[name]])), t);
  if (Object.keys(blank).length > 0) return blank;
  const differing = lines.filter(
    ({ name, repeats }) => repeats !== undefined && values[name] !== values[repeats],
  );
  return Object.fromEntries(differing.map(({ name }) => [name, t("account.passwordsDiffer")]));
}
