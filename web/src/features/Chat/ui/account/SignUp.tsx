import type { RegisterRequest } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { AccountForm } from "./AccountForm.tsx";
import { FormPage } from "./FormPage.tsx";
import { newPassword, person } from "./lines.ts";

export interface SignUpProps {
  /** Makes the account and signs in; throws what the server said. */
  onSignUp: (account: RegisterRequest) => Promise<void>;
  onGoToSignIn: () => void;
}

/** The page on which somebody makes an account of the service. */
export function SignUp({ onSignUp, onGoToSignIn }: SignUpProps) {
  const { t } = useText();
  return (
    <FormPage title={t("account.signUp")}>
      <AccountForm
        lines={[
          {
            name: "username",
            label: t("account.username"),
            hint: t("account.usernameHint"),
            autoComplete: "username",
            required: true,
          },
          ...person(t),
          ...newPassword(["password", "password_confirm"], t("account.password"), t),
        ]}
        submit={[t("account.submitSignUp"), t("account.signingUp")]}
        onSubmit={(values) => onSignUp({ ...values, username: values.username.trim() })}
      />
      <Button variant="ghost" onClick={onGoToSignIn}>
        {t("account.toSignIn")}
      </Button>
    </FormPage>
  );
}
