import type { ChangePasswordRequest } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { showToast } from "../toast/toast.ts";
import { AccountForm } from "./AccountForm.tsx";
import { newPassword, password } from "./lines.ts";

/** A new password for the old one; folded away until somebody wants it. */
export function ChangePassword({
  onChange,
}: {
  onChange: (request: ChangePasswordRequest) => Promise<void>;
}) {
  const { t } = useText();
  const label = t("account.submitPassword");
  return (
    <details className="uc:border-t uc:pt-3">
      <summary className="uc:cursor-pointer uc:font-semibold">{t("account.changePassword")}</summary>
      <AccountForm
        lines={[
          password("old_password", t("account.oldPassword")),
          ...newPassword(["new_password", "new_password_confirm"], t("account.newPassword"), t),
        ]}
        submit={[label, label]}
        variant="outline"
        isEmptiedAfter
        onSubmit={async (values) => {
          await onChange(values);
          showToast("success", t("account.passwordChanged"));
        }}
        className="uc:mt-3"
        buttonClassName="uc:self-end"
      />
    </details>
  );
}
