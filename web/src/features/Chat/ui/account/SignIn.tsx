import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { AccountForm } from "./AccountForm.tsx";
import { FormPage } from "./FormPage.tsx";
import { password } from "./lines.ts";

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
  return (
    <FormPage title={t("account.signIn")}>
      <AccountForm
        lines={[
          { name: "username", label: t("account.username"), autoComplete: "username", required: true },
          password("password", t("account.password")),
        ]}
        submit={[t("account.submitSignIn"), t("account.signingIn")]}
        notice={hasRunOut ? t("list.signedOut") : undefined}
        onSubmit={(values) => onSignIn(values.username.trim(), values.password)}
      />
      {onGoToSignUp !== undefined && (
        <Button variant="ghost" onClick={onGoToSignUp}>
          {t("account.toSignUp")}
        </Button>
      )}
    </FormPage>
  );
}
