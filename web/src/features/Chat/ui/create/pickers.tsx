import { ChatScope } from "../ChatScope.tsx";
import { deferred, InPlace } from "../deferred.tsx";
import { Input } from "../kit/Input.tsx";
import type { UserAsyncMultiSelectProps } from "./UserAsyncMultiSelect.tsx";
import type { UserAsyncSelectProps } from "./UserAsyncSelect.tsx";

/*
 * The pickers as hosts import them: what draws them is loaded when one is shown. The chat's own dialogs, which are
 * loaded late themselves, import them directly.
 */
const One = deferred(async () => ({ default: (await import("./UserAsyncSelect.tsx")).UserAsyncSelect }));
const Many = deferred(async () => ({
  default: (await import("./UserAsyncMultiSelect.tsx")).UserAsyncMultiSelect,
}));

/** Picks one person from the directory, which is read when the list is opened for the first time. */
export function UserAsyncSelect(props: UserAsyncSelectProps) {
  return (
    <ChatScope className="uc:h-auto">
      <InPlace of={One} fallback={<Waiting {...props} />} {...props} />
    </ChatScope>
  );
}

/** Picks people from the directory, which is read when the list is opened for the first time. */
export function UserAsyncMultiSelect(props: UserAsyncMultiSelectProps) {
  return (
    <ChatScope className="uc:h-auto">
      <InPlace of={Many} fallback={<Waiting {...props} />} {...props} />
    </ChatScope>
  );
}

/** The field as it will look, until it can be used. */
function Waiting({ label, placeholder }: { label?: string | undefined; placeholder?: string | undefined }) {
  return <Input disabled aria-label={label} placeholder={placeholder} />;
}
