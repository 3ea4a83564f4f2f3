import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Field } from "./Field.tsx";
import { FormError, FormPage } from "./FormPage.tsx";
import { missing } from "./forms.ts";
import { useForm } from "./useForm.ts";

export interface SignInProps {
  /** Signs in; throws what the server said. */
  onSignIn: (username: string, password: string) => Promise<void>;
  /** The last sign-in is over without the user having ended it; says so. */
  hasRunOut?: boolean | undefined;
  /** Left out where nobody can make an account by themself. */
  onGoToSignUp?: (() => void) | undefined;
}

/** The page on which somebody with an account of the service signs in. */
export function SignIn({ onSignIn, hasRunOut = false, onGoToSignUp }: SignInProps) {
  const { t } = useText();
  const form = useForm({
    initial: { username: "", password: "" },
    check: (values) => missing(values, t),
    send: ({ username, password }) => onSignIn(username.trim(), password),
  });
  return (
    <FormPage title={t("account.signIn")}>
      <form noValidate onSubmit={form.submit} className="uc:flex uc:flex-col uc:gap-3">
        <FormError text={form.formError ?? (hasRunOut ? t("list.signedOut") : undefined)} />
        <Field label={t("account.username")} autoComplete="username" required {...form.field("username")} />
        <Field
          label={t("account.password")}
          type="password"
          autoComplete="current-password"
          required
          {...form.field("password")}
        />
        <Button type="submit" disabled={form.isBusy}>
          {t(form.isBusy ? "account.signingIn" : "account.submitSignIn")}
        </Button>
      </form>
      {onGoToSignUp !== undefined && (
        <Button variant="ghost" onClick={onGoToSignUp}>
          {t("account.toSignUp")}
        </Button>
      )}
    </FormPage>
  );
}
