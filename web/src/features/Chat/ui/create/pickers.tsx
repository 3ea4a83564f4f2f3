import { lazy, type ReactNode, Suspense } from "react";
import { ChatScope } from "../ChatScope.tsx";
import { Input } from "../kit/Input.tsx";
import type { UserAsyncMultiSelectProps } from "./UserAsyncMultiSelect.tsx";
import type { UserAsyncSelectProps } from "./UserAsyncSelect.tsx";

/*
 * The pickers as hosts import them: what draws them is loaded when one is shown. The chat's own dialogs, which are
 * loaded late themselves, import them directly.
 */
const One = lazy(async () => ({ default: (await import("./UserAsyncSelect.tsx")).UserAsyncSelect }));
const Many = lazy(async () => ({
  default: (await import("./UserAsyncMultiSelect.tsx")).UserAsyncMultiSelect,
}));

/** Picks one person from the directory, which is read when the list is opened for the first time. */
export function UserAsyncSelect(props: UserAsyncSelectProps) {
  return (
    <PickerScope {...props}>
      <One {...props} />
    </PickerScope>
  );
}

/** Picks people from the directory, which is read when the list is opened for the first time. */
export function UserAsyncMultiSelect(props: UserAsyncMultiSelectProps) {
  return (
    <PickerScope {...props}>
      <Many {...props} />
    </PickerScope>
  );
}

function PickerScope(props: {
  label?: string | undefined;
  placeholder?: string | undefined;
  children: ReactNode;
}) {
  const field = <Input disabled aria-label={props.label} placeholder={props.placeholder} />;
  return (
    <ChatScope className="uc:h-auto">
      <Suspense fallback={field}>{props.children}</Suspense>
    </ChatScope>
  );
}
