import { useState } from "react";
import { displayName, initials } from "../../lib/format/names.ts";
import type { Locale } from "../../lib/locale.ts";
import type { Profile as ProfileData } from "../../lib/types.ts";
import { useMe, useUpdateProfile } from "../../model/people/hooks.ts";
import { useSession } from "../../model/people/session.ts";
import { useText } from "../../model/useText.ts";
import type { Theme } from "../ChatScope.tsx";
import { Avatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Spinner } from "../kit/Spinner.tsx";
import { showToast } from "../toast/toast.ts";
import { Appearance } from "./Appearance.tsx";
import { ChangePassword } from "./ChangePassword.tsx";
import { Field } from "./Field.tsx";
import { FormError } from "./FormPage.tsx";
import { NO_ERRORS } from "./forms.ts";
import { pictureOf } from "./picture.ts";
import { useForm } from "./useForm.ts";

export interface ProfileProps {
  isOpen: boolean;
  onClose: () => void;
  theme: Theme;
  onLocale: (locale: Locale) => void;
  onTheme: (theme: Theme) => void;
}

/** Who the user is, how the chat looks to them, their password, and the way out. */
export default function Profile({ isOpen, onClose, theme, onLocale, onTheme }: ProfileProps) {
  const { t } = useText();
  const { profile } = useMe();
  const session = useSession();
  const [isLeaving, setLeaving] = useState(false);
  const signOut = async () => {
    setLeaving(true);
    // Here the sign-in has ended in any case; the server's part ends by itself when it could not be told.
    await session.logout().catch(() => undefined);
    setLeaving(false);
    onClose();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={t("account.profile")}
      closeLabel={t("common.close")}
      shape="sheet"
    >
      {profile === undefined ? (
        <Spinner label={t("common.loading")} className="uc:self-center" />
      ) : (
        <ProfileForm key={profile.id} profile={profile} />
      )}
      <Appearance theme={theme} onLocale={onLocale} onTheme={onTheme} />
      {session.isOwn && (
        <>
          <ChangePassword onChange={session.changePassword} />
          <Button variant="outline" disabled={isLeaving} onClick={() => void signOut()}>
            {t("account.signOut")}
          </Button>
        </>
      )}
    </Dialog>
  );
}

function ProfileForm({ profile }: { profile: ProfileData }) {
  const { t, locale } = useText();
  const { mutateAsync: update } = useUpdateProfile();
  const form = useForm({
    initial: {
      first_name: profile.first_name,
      last_name: profile.last_name,
      email: profile.email,
      avatar: pictureOf(profile) ?? "",
    },
    check: () => NO_ERRORS,
    send: async (values) => {
      await update(values);
      showToast("success", t("account.saved"));
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="uc:flex uc:flex-col uc:gap-3">
      <div className="uc:flex uc:items-center uc:gap-3">
        <Avatar
          size="lg"
          initials={initials(displayName(profile, locale))}
          seed={profile.id}
          src={form.values.avatar}
        />
        <div className="uc:min-w-0">
          <p dir="auto" className="uc:truncate uc:text-lg uc:font-semibold">
            {displayName(profile, locale)}
          </p>
          <p className="uc:truncate uc:text-sm uc:text-muted-foreground">@{profile.username}</p>
        </div>
      </div>
      <FormError text={form.formError} />
      <Field label={t("account.firstName")} autoComplete="given-name" {...form.field("first_name")} />
      <Field label={t("account.lastName")} autoComplete="family-name" {...form.field("last_name")} />
      <Field label={t("account.email")} type="email" autoComplete="email" {...form.field("email")} />
      <Field
        label={t("account.avatar")}
        hint={t("account.avatarHint")}
        type="url"
        autoComplete="photo"
        {...form.field("avatar")}
      />
      <Button type="submit" disabled={form.isBusy} className="uc:self-end">
        {t(form.isBusy ? "account.saving" : "common.save")}
      </Button>
    </form>
  );
}
