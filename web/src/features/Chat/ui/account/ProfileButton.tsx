import { useState } from "react";
import { displayName, initials } from "../../lib/format/names.ts";
import { useMe } from "../../model/people/hooks.ts";
import { useText } from "../../model/useText.ts";
import { ChatScope } from "../ChatScope.tsx";
import { Deferred, deferred } from "../deferred.tsx";
import { Avatar } from "../kit/Avatar.tsx";
import type { ProfileProps } from "./Profile.tsx";
import { pictureOf } from "./picture.ts";

const Profile = deferred(() => import("./Profile.tsx"));

export type ProfileButtonProps = Pick<ProfileProps, "theme" | "onLocale" | "onTheme">;

/** The user's picture in a page's header; opens their profile. */
export function ProfileButton(props: ProfileButtonProps) {
  return (
    <ChatScope className="uc:inline-flex uc:h-auto uc:bg-transparent">
      <OwnPicture {...props} />
    </ChatScope>
  );
}

function OwnPicture(props: ProfileButtonProps) {
  const { t, locale } = useText();
  const { profile, userId } = useMe();
  const [state, setState] = useState<"unused" | "open" | "closed">("unused");
  const name = profile === undefined ? t("common.you") : displayName(profile, locale);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={`${t("account.profile")}: ${name}`}
        title={name}
        // Rarely opened: on its way as soon as somebody points at it.
        onPointerEnter={Profile.preload}
        onClick={() => setState("open")}
        className="uc:rounded-full"
      >
        <Avatar initials={initials(name)} seed={userId ?? 0} src={profile && pictureOf(profile)} size="sm" />
      </button>
      {state !== "unused" && (
        <Deferred
          of={Profile}
          {...props}
          isOpen={state === "open"}
          onClose={() => setState("closed")}
          onUnavailable={() => setState("unused")}
        />
      )}
    </>
  );
}
