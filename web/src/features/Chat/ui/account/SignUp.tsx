import type { RegisterRequest } from "../../lib/types.ts";
import { type Text, useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Field } from "./Field.tsx";
import { FormError, FormPage } from "./FormPage.tsx";
import { type FormErrors, missing } from "./forms.ts";
import { useForm } from "./useForm.ts";

export interface SignUpProps {
  /** Makes the account and signs in; throws what the server said. */
  onSignUp: (account: RegisterRequest) => Promise<void>;
  onGoToSignIn: () => void;
}

const EMPTY = { username: "", first_name: "", last_name: "", email: "", password: "", password_confirm: "" };

/** The page on which somebody makes an account of the service. */
export function SignUp({ onSignUp, onGoToSignIn }: SignUpProps) {
  const { t } = useText();
  const form = useForm({
    initial: EMPTY,
    check: (values) => checked(values, t),
    send: (values) => onSignUp({ ...values, username: values.username.trim() }),
  });
  return (
    <FormPage title={t("account.signUp")}>
      <form noValidate onSubmit={form.submit} className="uc:flex uc:flex-col uc:gap-3">
        <FormError text={form.formError} />
        <Field
          label={t("account.username")}
          hint={t("account.usernameHint")}
          autoComplete="username"
          required
          {...form.field("username")}
        />
        <Field label={t("account.firstName")} autoComplete="given-name" {...form.field("first_name")} />
        <Field label={t("account.lastName")} autoComplete="family-name" {...form.field("last_name")} />
        <Field label={t("account.email")} type="email" autoComplete="email" {...form.field("email")} />
        <Field
          label={t("account.password")}
          type="password"
          autoComplete="new-password"
          required
          {...form.field("password")}
        />
        <Field
          label={t("account.passwordAgain")}
          type="password"
          autoComplete="new-password"
          required
          {...form.field("password_confirm")}
        />
        <Button type="submit" disabled={form.isBusy}>
          {t(form.isBusy ? "account.signingUp" : "account.submitSignUp")}
        </Button>
      </form>
      <Button variant="ghost" onClick={onGoToSignIn}>
        {t("account.toSignIn")}
      </Button>
    </FormPage>
  );
}

/** What can be told without the server. */
function checked(values: typeof EMPTY, t: Text["t"]): FormErrors {
  const { username, password, password_confirm } = values;
  const blank = missing({ username, password, password_confirm }, t);
  if (Object.keys(blank).length > 0 || password === password_confirm) return blank;
  return { password_confirm: t("account.passwordsDiffer") };
}
