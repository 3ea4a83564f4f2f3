import { Combobox } from "@base-ui/react/combobox";
import type { BaseUIEvent } from "@base-ui/react/types";
import { Check, ChevronDown, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { initials } from "../../lib/format/names.ts";
import type { ChatUser, UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Badge } from "../kit/Badge.tsx";
import { Button } from "../kit/Button.tsx";
import { usePortalContainer } from "../kit/root.tsx";
import { Spinner } from "../kit/Spinner.tsx";
import { fullName, matchesPerson } from "./people.ts";
import { type Directory, useDirectory } from "./useDirectory.ts";

/** People drawn at once: a directory may have thousands, and nobody reads so far. Typing narrows it. */
const SHOWN_AT_MOST = 100;

export interface PickerProps {
  /** What the choice is for; shown above the field. */
  label?: string | undefined;
  placeholder?: string | undefined;
  disabled?: boolean | undefined;
}

export interface PeoplePickerProps extends PickerProps {
  /** What the field is called where it has no label and no placeholder. */
  name: string;
  /** Any number of people, named by badges below the field; else one, who stands in it. */
  isMany: boolean;
  value: readonly UserId[];
  onChange: (userIds: UserId[]) => void;
}

/** Picks people: a field that filters the directory as one types, which is read when it is opened for the first time. */
export function PeoplePicker({
  name,
  isMany,
  value,
  onChange,
  label,
  placeholder,
  disabled,
}: PeoplePickerProps) {
  const [isWanted, setWanted] = useState(false);
  const directory = useDirectory(isWanted);
  const users = picked(directory.users, value);
  const basics = { ...comboboxBasics(() => setWanted(true)), items: directory.users, disabled };
  const parts = (
    <>
      <PickerField label={label ?? name} placeholder={placeholder ?? name} />
      <PickerPopup label={label ?? name} directory={directory} />
    </>
  );
  return (
    <div className="uc:flex uc:flex-col uc:gap-1">
      {label !== undefined && (
        <span aria-hidden="true" className="uc:text-sm uc:font-medium">
          {label}
        </span>
      )}
      {isMany ? (
        <Combobox.Root<ChatUser, true>
          multiple
          value={users}
          onValueChange={(next) => onChange(next.map(({ id }) => id))}
          {...basics}
        >
          {parts}
        </Combobox.Root>
      ) : (
        <Combobox.Root<ChatUser>
          value={users[0] ?? null}
          onValueChange={(next) => onChange(next === null ? [] : [next.id])}
          {...basics}
        >
          {parts}
        </Combobox.Root>
      )}
      {isMany && users.length > 0 && (
        <Picked
          users={users}
          disabled={disabled}
          onUnpick={(user) => onChange(value.filter((id) => id !== user.id))}
        />
      )}
    </div>
  );
}

interface PickedProps {
  users: readonly ChatUser[];
  disabled: boolean | undefined;
  onUnpick: (user: ChatUser) => void;
}

function Picked({ users, disabled, onUnpick }: PickedProps) {
  const { t } = useText();
  return (
    <ul aria-label={t("list.usersPicked")} className="uc:mt-1 uc:flex uc:flex-wrap uc:gap-1">
      {users.map((user) => (
        <li key={user.id}>
          <Badge>
            {fullName(user)}
            <button
              type="button"
              disabled={disabled}
              aria-label={t("list.unpick", { name: fullName(user) })}
              onClick={() => onUnpick(user)}
              className="uc:rounded-full uc:p-0.5 uc:hover:bg-border"
            >
              <X aria-hidden="true" className="uc:size-3" />
            </button>
          </Badge>
        </li>
      ))}
    </ul>
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
function picked(users: readonly ChatUser[], ids: readonly UserId[]): readonly ChatUser[] {
  return ids.flatMap((id) => users.find((user) => user.id === id) ?? []);
}
