import { Pencil } from "lucide-react";
import { useState } from "react";
import { conversationTitle, initials } from "../../lib/format/names.ts";
import type { Conversation } from "../../lib/types.ts";
import { useUpdateConversation } from "../../model/conversations/hooks.ts";
import { useText } from "../../model/useText.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import { GrowingTextarea } from "../kit/GrowingTextarea.tsx";
import { Input } from "../kit/Input.tsx";
import { failureText } from "../messages/useMessageActions.ts";
import { showToast } from "../toast/toast.ts";

export interface DescriptionProps {
  conversation: Conversation;
  memberCount: number;
  /** Admins rename the group and describe it. */
  canEdit: boolean;
}

/** Title and description of a group, which its admins change here. */
export function Description({ conversation, memberCount, canEdit }: DescriptionProps) {
  const { t, locale } = useText();
  const [isEditing, setEditing] = useState(false);
  const title = conversationTitle(conversation, locale);
  if (isEditing) return <EditForm conversation={conversation} onDone={() => setEditing(false)} />;
  const description = conversation.description?.trim();
  return (
    <div className="uc:flex uc:flex-col uc:gap-2">
      <div className="uc:flex uc:items-center uc:gap-3">
        <Avatar size="lg" initials={initials(title)} seed={conversation.number} />
        <div className="uc:min-w-0 uc:flex-1">
          <h3 className="uc:text-lg uc:font-semibold uc:wrap-anywhere">
            <bdi>{title}</bdi>
          </h3>
          <p className="uc:text-sm uc:text-muted-foreground">
            {t("details.members", { count: memberCount })}
          </p>
        </div>
        {canEdit && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={t("details.edit")}
            onClick={() => setEditing(true)}
          >
            <Pencil aria-hidden="true" />
          </Button>
        )}
      </div>
      {description ? (
        <p dir="auto" className="uc:whitespace-pre-wrap uc:wrap-anywhere">
          {description}
        </p>
      ) : (
        <p className="uc:text-muted-foreground">{t("details.noDescription")}</p>
      )}
    </div>
  );
}

function EditForm({ conversation, onDone }: { conversation: Conversation; onDone: () => void }) {
  const { t } = useText();
  const [title, setTitle] = useState(conversation.title ?? "");
  const [description, setDescription] = useState(conversation.description ?? "");
  const update = useUpdateConversation();
  const save = () => {
    const data = { title: title.trim(), description: description.trim() };
    update.mutate(
      { conversationId: conversation.id, data },
      {
        onSuccess: onDone,
        onError: (error) => showToast("error", failureText(error, t("details.saveFailed"), t)),
      },
    );
  };
  return (
    <form
      className="uc:flex uc:flex-col uc:gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Input
        dir="auto"
        aria-label={t("details.name")}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <GrowingTextarea
        dir="auto"
        minRows={2}
        maxRows={8}
        aria-label={t("details.description")}
        placeholder={t("details.description")}
        value={description}
        onChange={(event) => setDescription(event.target.value)}
        className="uc:rounded-md uc:border uc:bg-background uc:px-3 uc:py-1.5 uc:pointer-coarse:text-base"
      />
      <div className="uc:flex uc:justify-end uc:gap-2">
        <Button variant="ghost" size="sm" onClick={onDone}>
          {t("common.cancel")}
        </Button>
        <Button type="submit" size="sm" disabled={title.trim() === "" || update.isPending}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}
