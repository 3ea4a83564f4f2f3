import { type FormEvent, useState } from "react";
import { useText } from "../../model/useText.ts";
import { errorsOf, type FormErrors, NO_ERRORS } from "./forms.ts";

export interface FormSpec<Field extends string> {
  readonly initial: Readonly<Record<Field, string>>;
  /** Looks before anything is sent; `NO_ERRORS` lets it go. */
  readonly check: (values: Readonly<Record<Field, string>>) => FormErrors;
  readonly send: (values: Readonly<Record<Field, string>>) => Promise<void>;
}

/** The values of a form, what is wrong with them, and the sending of it. */
export function useForm<Field extends string>({ initial, check, send }: FormSpec<Field>) {
  const { t } = useText();
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState(NO_ERRORS);
  const [isBusy, setBusy] = useState(false);

  async function submitted(): Promise<void> {
    const found = check(values);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await send(values);
    } catch (error) {
      setErrors(errorsOf(error, Object.keys(values), t));
    } finally {
      setBusy(false);
    }
  }

  return {
    values,
    isBusy,
    /** What concerns the form as a whole. */
    formError: errors[""],
    /** What a `Field` needs of a value; typing takes its complaint away. */
    field: (name: Field) => ({
      name,
      value: values[name],
      error: errors[name],
      onChange: (value: string) => {
        setValues((now) => ({ ...now, [name]: value }));
        setErrors(({ [name]: _, ...others }) => others);
      },
    }),
    reset: () => setValues(initial),
    submit: (event: FormEvent) => {
      event.preventDefault();
      if (!isBusy) void submitted();
    },
  };
}
