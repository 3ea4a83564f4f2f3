import type { ChangePasswordRequest } from "../../lib/types.ts";
import { type Text, useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { showToast } from "../toast/toast.ts";
import { Field } from "./Field.tsx";
import { FormError } from "./FormPage.tsx";
import { type FormErrors, missing } from "./forms.ts";
import { useForm } from "./useForm.ts";

const EMPTY = { old_password: "", new_password: "", new_password_confirm: "" };

/** A new password for the old one; folded away until somebody wants it. */
export function ChangePassword({
  onChange,
}: {
  onChange: (request: ChangePasswordRequest) => Promise<void>;
}) {
  const { t } = useText();
  const form = useForm({
    initial: EMPTY,
    check: (values) => checked(values, t),
    send: async (values) => {
      await onChange(values);
      showToast("success", t("account.passwordChanged"));
      form.reset();
    },
  });
  return (
    <details className="uc:border-t uc:pt-3">
      <summary className="uc:cursor-pointer uc:font-semibold">{t("account.changePassword")}</summary>
      <form noValidate onSubmit={form.submit} className="uc:mt-3 uc:flex uc:flex-col uc:gap-3">
        <FormError text={form.formError} />
        <Field
          label={t("account.oldPassword")}
          type="password"
          autoComplete="current-password"
          required
          {...form.field("old_password")}
        />
        <Field
          label={t("account.newPassword")}
          type="password"
          autoComplete="new-password"
          required
          {...form.field("new_password")}
        />
        <Field
          label={t("account.passwordAgain")}
          type="password"
          autoComplete="new-password"
          required
          {...form.field("new_password_confirm")}
        />
        <Button type="submit" variant="outline" disabled={form.isBusy} className="uc:self-end">
          {t("account.submitPassword")}
        </Button>
      </form>
    </details>
  );
}

function checked(values: typeof EMPTY, t: Text["t"]): FormErrors {
  const blank = missing(values, t);
  if (Object.keys(blank).length > 0 || values.new_password === values.new_password_confirm) return blank;
  return { new_password_confirm: t("account.passwordsDiffer") };
}
