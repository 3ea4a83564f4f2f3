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
import { AccountForm } from "./AccountForm.tsx";
import { Appearance } from "./Appearance.tsx";
import { ChangePassword } from "./ChangePassword.tsx";
import { person } from "./lines.ts";
import { pictureOf } from "./picture.ts";

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
  return (
    <AccountForm
      lines={[
        ...person(t, profile),
        {
          name: "avatar",
          label: t("account.avatar"),
          hint: t("account.avatarHint"),
          type: "url",
          autoComplete: "photo",
          initial: pictureOf(profile) ?? "",
        },
      ]}
      submit={[t("common.save"), t("account.saving")]}
      onSubmit={async (values) => {
        await update(values);
        showToast("success", t("account.saved"));
      }}
      header={({ avatar }) => (
        <div className="uc:flex uc:items-center uc:gap-3">
          <Avatar
            size="lg"
            initials={initials(displayName(profile, locale))}
            seed={profile.id}
            src={avatar}
          />
          <div className="uc:min-w-0">
            <p dir="auto" className="uc:truncate uc:text-lg uc:font-semibold">
              {displayName(profile, locale)}
            </p>
            <p className="uc:truncate uc:text-sm uc:text-muted-foreground">@{profile.username}</p>
          </div>
        </div>
      )}
      buttonClassName="uc:self-end"
    />
  );
}
