import { Combobox } from "@base-ui/react/combobox";
import type { BaseUIEvent } from "@base-ui/react/types";
import { Check, ChevronDown } from "lucide-react";
import type { KeyboardEvent } from "react";
import { initials } from "../../lib/format/names.ts";
import type { ChatUser, UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import { usePortalContainer } from "../kit/root.tsx";
import { Spinner } from "../kit/Spinner.tsx";
import { fullName, matchesPerson } from "./people.ts";

/** People drawn at once: a directory may have thousands, and nobody reads so far. Typing narrows it. */
const SHOWN_AT_MOST = 100;

/** The directory, as a picker sees it. */
export interface Directory {
  readonly users: readonly ChatUser[];
  readonly state: "loading" | "ready" | "failed";
  readonly retry: () => void;
}

export interface PickerProps {
  label: string;
  placeholder: string;
  disabled?: boolean | undefined;
  directory: Directory;
  /** Called with each opening: the first one is when the directory is to be read. */
  onOpen: () => void;
}

/** Picks one person: a field that filters a list as one types. */
export function OnePicker(
  props: PickerProps & { value: ChatUser | null; onPick: (user: ChatUser | null) => void },
) {
  return (
    <Combobox.Root<ChatUser>
      items={props.directory.users}
      value={props.value}
      onValueChange={props.onPick}
      disabled={props.disabled}
      {...comboboxBasics(props.onOpen)}
    >
      <PickerField label={props.label} placeholder={props.placeholder} />
      <PickerPopup label={props.label} directory={props.directory} />
    </Combobox.Root>
  );
}

/** Picks any number of people; who is picked is marked in the list, and named by badges elsewhere. */
export function ManyPicker(
  props: PickerProps & { value: readonly ChatUser[]; onPick: (users: readonly ChatUser[]) => void },
) {
  return (
    <Combobox.Root<ChatUser, true>
      multiple
      items={props.directory.users}
      value={props.value}
      onValueChange={props.onPick}
      disabled={props.disabled}
      {...comboboxBasics(props.onOpen)}
    >
      <PickerField label={props.label} placeholder={props.placeholder} />
      <PickerPopup label={props.label} directory={props.directory} />
    </Combobox.Root>
  );
}

function comboboxBasics(onOpen: () => void) {
  return {
    limit: SHOWN_AT_MOST,
    filter: matchesPerson,
    itemToStringLabel: fullName,
    itemToStringValue: (user: ChatUser) => String(user.id),
    isItemEqualToValue: (user: ChatUser, value: ChatUser) => user.id === value.id,
    autoHighlight: true,
    onOpenChange: (isOpen: boolean) => isOpen && onOpen(),
  };
}

/** Escape in a closed field would take away who is picked: it is left to the dialog around instead. */
function keepPicked(event: BaseUIEvent<KeyboardEvent<HTMLInputElement>>): void {
  const isOpen = event.currentTarget.getAttribute("aria-expanded") === "true";
  if (event.key === "Escape" && !isOpen) event.preventBaseUIHandler();
}

function PickerField({ label, placeholder }: { label: string; placeholder: string }) {
  return (
    <Combobox.InputGroup className="uc:relative uc:flex uc:items-center">
      <Combobox.Input
        aria-label={label}
        placeholder={placeholder}
        onKeyDown={keepPicked}
        className="uc:h-9 uc:w-full uc:min-w-0 uc:rounded-md uc:border uc:border-border uc:bg-background uc:ps-3 uc:pe-9 uc:placeholder:text-muted-foreground uc:disabled:opacity-50 uc:pointer-coarse:text-base"
      />
      <Combobox.Trigger
        render={<Button variant="ghost" size="icon-sm" className="uc:absolute uc:end-1" aria-label={label} />}
      >
        <ChevronDown aria-hidden="true" />
      </Combobox.Trigger>
    </Combobox.InputGroup>
  );
}

function PickerPopup({ label, directory }: { label: string; directory: Directory }) {
  const container = usePortalContainer();
  const { t } = useText();
  return (
    <Combobox.Portal container={container}>
      <Combobox.Positioner sideOffset={4} className="uc:z-50 uc:w-(--anchor-width)">
        {/* It lies beside the dialog and beside the page's own parts: a named part of its own, for who goes by those. */}
        <Combobox.Popup
          role="region"
          aria-label={label}
          className="uc:flex uc:max-h-[min(20rem,var(--available-height))] uc:flex-col uc:overflow-hidden uc:rounded-md uc:border uc:border-border uc:bg-background uc:shadow-lg"
        >
          {directory.state === "loading" && <Spinner label={t("common.loading")} className="uc:m-3" />}
          {directory.state === "failed" && (
            <div role="alert" className="uc:flex uc:items-center uc:gap-2 uc:p-3 uc:text-sm">
              {t("list.usersFailed")}
              <Button variant="outline" size="sm" onClick={directory.retry}>
                {t("common.retry")}
              </Button>
            </div>
          )}
          {directory.state === "ready" && (
            <Combobox.Empty className="uc:text-sm uc:text-muted-foreground uc:not-empty:p-3">
              {t("list.usersNone")}
            </Combobox.Empty>
          )}
          <Combobox.List className="uc:min-h-0 uc:overflow-y-auto uc:not-empty:p-1">
            {(user: ChatUser) => <PersonOption key={user.id} user={user} />}
          </Combobox.List>
        </Combobox.Popup>
      </Combobox.Positioner>
    </Combobox.Portal>
  );
}

function PersonOption({ user }: { user: ChatUser }) {
  const name = fullName(user);
  const position = [user.position, user.group].filter(Boolean).join(" · ");
  return (
    <Combobox.Item
      value={user}
      className="uc:flex uc:cursor-pointer uc:items-center uc:gap-2 uc:rounded-sm uc:px-2 uc:py-1.5 uc:outline-none uc:data-highlighted:bg-muted"
    >
      <Avatar initials={initials(name)} seed={user.id} src={user.avatar} size="sm" />
      <span className="uc:min-w-0 uc:flex-1">
        <span className="uc:block uc:truncate uc:text-sm">{name}</span>
        {position !== "" && (
          <span className="uc:block uc:truncate uc:text-xs uc:text-muted-foreground">{position}</span>
        )}
      </span>
      <Combobox.ItemIndicator>
        <Check aria-hidden="true" className="uc:size-4" />
      </Combobox.ItemIndicator>
    </Combobox.Item>
  );
}

/** Ids as the directory knows them; who is not in it is left out. */
export function picked(users: readonly ChatUser[], ids: readonly UserId[]): readonly ChatUser[] {
  return ids.flatMap((id) => users.find((user) => user.id === id) ?? []);
}
