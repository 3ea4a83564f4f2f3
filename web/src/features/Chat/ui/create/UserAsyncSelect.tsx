import { useState } from "react";
import type { UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { OnePicker, picked } from "./PeoplePicker.tsx";
import { useDirectory } from "./useDirectory.ts";

export interface UserAsyncSelectProps {
  value: UserId | null;
  onChange: (userId: UserId | null) => void;
  /** What the choice is for; shown above the field. */
  label?: string | undefined;
  placeholder?: string | undefined;
  disabled?: boolean | undefined;
}

/** Picks one person from the directory, which is read when the list is opened for the first time. */
export function UserAsyncSelect({ value, onChange, label, placeholder, disabled }: UserAsyncSelectProps) {
  const { t } = useText();
  const [isWanted, setWanted] = useState(false);
  const directory = useDirectory(isWanted);
  const [user] = value === null ? [] : picked(directory.users, [value]);
  return (
    <div className="uc:flex uc:flex-col uc:gap-1">
      {label !== undefined && (
        <span aria-hidden="true" className="uc:text-sm uc:font-medium">
          {label}
        </span>
      )}
      <OnePicker
        label={label ?? t("list.pickUser")}
        placeholder={placeholder ?? t("list.pickUser")}
        disabled={disabled}
        directory={directory}
        onOpen={() => setWanted(true)}
        value={user ?? null}
        onPick={(next) => onChange(next?.id ?? null)}
      />
    </div>
  );
}
