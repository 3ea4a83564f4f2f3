import { type FormEvent, useId, useState } from "react";
import type { Conversation, ConversationType, UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { cn } from "../kit/cn.ts";
import { Dialog } from "../kit/Dialog.tsx";
import { Input } from "../kit/Input.tsx";
import { showToast } from "../toast/toast.ts";
import { EMPTY_NEW, isComplete } from "./rules.ts";
import { UserAsyncMultiSelect } from "./UserAsyncMultiSelect.tsx";
import { UserAsyncSelect } from "./UserAsyncSelect.tsx";

/** The longest title that the API takes, in characters. */
const TITLE_MAX_LENGTH = 255;

export interface CreateDialogProps {
  isOpen: boolean;
  onClose: () => void;
  /** Makes it; `null`, or a failure, says that it was not made. */
  onCreate: (
    type: ConversationType,
    title?: string,
    participantIds?: UserId[],
  ) => Promise<Conversation | null>;
  onCreated: (conversation: Conversation) => void;
}

/** Asks what is needed for a new conversation, and makes it. */
export default function CreateDialog(props: CreateDialogProps) {
  const { t } = useText();
  return (
    <Dialog
      isOpen={props.isOpen}
      onClose={props.onClose}
      title={t("list.create")}
      closeLabel={t("common.close")}
    >
      <CreateForm {...props} />
    </Dialog>
  );
}

function CreateForm({ onClose, onCreate, onCreated }: CreateDialogProps) {
  const { t } = useText();
  const [form, setForm] = useState(EMPTY_NEW);
  const [isBusy, setBusy] = useState(false);
  const titleId = useId();
  const isGroup = form.type === "group";

  async function create(): Promise<void> {
    setBusy(true);
    const ids = isGroup ? [...form.userIds] : form.userId === null ? [] : [form.userId];
    try {
      const made = await onCreate(form.type, isGroup ? form.title.trim() : undefined, ids);
      if (made === null) return showToast("error", t("list.createFailed"));
      showToast("success", t("list.created"));
      onCreated(made);
      onClose();
    } catch {
      showToast("error", t("list.createFailed"));
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isComplete(form) && !isBusy) void create();
  }

  return (
    <form onSubmit={submit} className="uc:flex uc:flex-col uc:gap-4">
      <TypeChoice value={form.type} onChange={(type) => setForm({ ...form, type })} />
      {isGroup && (
        <div className="uc:flex uc:flex-col uc:gap-1">
          <label htmlFor={titleId} className="uc:text-sm uc:font-medium">
            {t("list.createTitle")}
          </label>
          <Input
            id={titleId}
            value={form.title}
            maxLength={TITLE_MAX_LENGTH}
            placeholder={t("list.createTitleHint")}
            onChange={(event) => setForm({ ...form, title: event.target.value })}
          />
        </div>
      )}
      {isGroup ? (
        <UserAsyncMultiSelect
          label={t("list.createUsers")}
          value={form.userIds}
          onChange={(userIds) => setForm((now) => ({ ...now, userIds }))}
        />
      ) : (
        <UserAsyncSelect
          label={t("list.createUser")}
          value={form.userId}
          onChange={(userId) => setForm((now) => ({ ...now, userId }))}
        />
      )}
      <div className="uc:flex uc:justify-end uc:gap-2">
        <Button variant="outline" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button type="submit" disabled={!isComplete(form) || isBusy}>
          {t(isBusy ? "list.creating" : "list.createSubmit")}
        </Button>
      </div>
    </form>
  );
}

function TypeChoice({
  value,
  onChange,
}: {
  value: ConversationType;
  onChange: (type: ConversationType) => void;
}) {
  const { t } = useText();
  const name = useId();
  const choices: readonly (readonly [ConversationType, string])[] = [
    ["group", t("list.createGroup")],
    ["private", t("list.createPrivate")],
  ];
  return (
    <fieldset className="uc:flex uc:flex-col uc:gap-1">
      <legend className="uc:mb-1 uc:text-sm uc:font-medium">{t("list.createType")}</legend>
      <div className="uc:flex uc:gap-2">
        {choices.map(([type, label]) => (
          <label
            key={type}
            className={cn(
              "uc:flex uc:flex-1 uc:cursor-pointer uc:items-center uc:justify-center uc:gap-2 uc:rounded-md uc:border uc:px-3 uc:py-2",
              value === type && "uc:border-primary uc:bg-accent",
            )}
          >
            <input type="radio" name={name} checked={value === type} onChange={() => onChange(type)} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
