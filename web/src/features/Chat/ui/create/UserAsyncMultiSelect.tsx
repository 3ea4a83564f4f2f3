import { X } from "lucide-react";
import { useState } from "react";
import type { UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Badge } from "../kit/Badge.tsx";
import { ManyPicker, picked } from "./PeoplePicker.tsx";
import { fullName } from "./people.ts";
import { useDirectory } from "./useDirectory.ts";

export interface UserAsyncMultiSelectProps {
  value: readonly UserId[];
  onChange: (userIds: UserId[]) => void;
  /** What the choice is for; shown above the field. */
  label?: string | undefined;
  placeholder?: string | undefined;
  disabled?: boolean | undefined;
}

/** Picks people from the directory, which is read when the list is opened for the first time; badges name who is picked. */
export function UserAsyncMultiSelect(props: UserAsyncMultiSelectProps) {
  const { value, onChange, label, placeholder, disabled } = props;
  const { t } = useText();
  const [isWanted, setWanted] = useState(false);
  const directory = useDirectory(isWanted);
  const users = picked(directory.users, value);
  return (
    <div className="uc:flex uc:flex-col uc:gap-1">
      {label !== undefined && (
        <span aria-hidden="true" className="uc:text-sm uc:font-medium">
          {label}
        </span>
      )}
      <ManyPicker
        label={label ?? t("list.pickUsers")}
        placeholder={placeholder ?? t("list.pickUsers")}
        disabled={disabled}
        directory={directory}
        onOpen={() => setWanted(true)}
        value={users}
        onPick={(next) => onChange(next.map(({ id }) => id))}
      />
      {users.length > 0 && (
        <ul aria-label={t("list.usersPicked")} className="uc:mt-1 uc:flex uc:flex-wrap uc:gap-1">
          {users.map((user) => (
            <li key={user.id}>
              <Badge>
                {fullName(user)}
                <button
                  type="button"
                  disabled={disabled}
                  aria-label={t("list.unpick", { name: fullName(user) })}
                  onClick={() => onChange(value.filter((id) => id !== user.id))}
                  className="uc:rounded-full uc:p-0.5 uc:hover:bg-border"
                >
                  <X aria-hidden="true" className="uc:size-3" />
                </button>
              </Badge>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
