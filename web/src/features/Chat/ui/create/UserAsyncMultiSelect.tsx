import type { UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { PeoplePicker, type PickerProps } from "./PeoplePicker.tsx";

export interface UserAsyncMultiSelectProps extends PickerProps {
  value: readonly UserId[];
  onChange: (userIds: UserId[]) => void;
}

/** Picks people from the directory, which is read when the list is opened for the first time; badges name who is picked. */
export function UserAsyncMultiSelect(props: UserAsyncMultiSelectProps) {
  const { t } = useText();
  return <PeoplePicker name={t("list.pickUsers")} isMany {...props} />;
}
