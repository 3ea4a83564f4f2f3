import type { UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { PeoplePicker, type PickerProps } from "./PeoplePicker.tsx";

export interface UserAsyncSelectProps extends PickerProps {
  value: UserId | null;
  onChange: (userId: UserId | null) => void;
}

/** Picks one person from the directory, which is read when the list is opened for the first time. */
export function UserAsyncSelect({ value, onChange, ...rest }: UserAsyncSelectProps) {
  const { t } = useText();
  return (
    <PeoplePicker
      name={t("list.pickUser")}
      isMany={false}
      value={value === null ? [] : [value]}
      onChange={([id]) => onChange(id ?? null)}
      {...rest}
    />
  );
}
