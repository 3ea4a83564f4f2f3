import { UserMinus, UserPlus } from "lucide-react";
import { useState } from "react";
import { displayName, initials } from "../../lib/format/names.ts";
import type { ConversationId, Participant, UserId } from "../../lib/types.ts";
import { usePresence, useRemoveParticipant } from "../../model/people/hooks.ts";
import { useText } from "../../model/useText.ts";
import { Deferred, deferred } from "../deferred.tsx";
import { Avatar } from "../kit/Avatar.tsx";
import { Badge } from "../kit/Badge.tsx";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { showToast } from "../toast/toast.ts";

const AddPeople = deferred(() => import("./AddPeople.tsx"));

export interface MembersProps {
  conversationId: ConversationId;
  members: readonly Participant[];
  me: UserId | null;
  /** Admins let people in and take them out. */
  canChange: boolean;
}

/** Who is in a group. */
export function Members({ conversationId, members, me, canChange }: MembersProps) {
  const { t } = useText();
  const [isAdding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<UserId | null>(null);
  const remove = useRemoveParticipant();
  const confirm = () => {
    if (leaving === null) return;
    setLeaving(null);
    remove.mutate(
      { conversationId, userId: leaving },
      {
        onSuccess: () => showToast("success", t("details.removed")),
        onError: () => showToast("error", t("details.removeFailed")),
      },
    );
  };
  return (
    <section className="uc:flex uc:flex-col uc:gap-1">
      <div className="uc:flex uc:items-center uc:gap-2">
        <h3 className="uc:flex-1 uc:font-semibold">{t("details.participants")}</h3>
        {canChange && (
          <Button variant="ghost" size="sm" aria-expanded={isAdding} onClick={() => setAdding((now) => !now)}>
            <UserPlus aria-hidden="true" />
            {t("details.add")}
          </Button>
        )}
      </div>
      {isAdding && (
        <Deferred
          of={AddPeople}
          conversationId={conversationId}
          members={members}
          onDone={() => setAdding(false)}
          onUnavailable={() => setAdding(false)}
        />
      )}
      <ul>
        {members.map((member) => (
          <Member
            key={member.user_id}
            member={member}
            isMe={member.user_id === me}
            onRemove={canChange && member.user_id !== me ? () => setLeaving(member.user_id) : undefined}
          />
        ))}
      </ul>
      <ConfirmDialog
        isOpen={leaving !== null}
        title={t("details.removeTitle")}
        text={t("details.removeText")}
        confirmLabel={t("common.delete")}
        cancelLabel={t("common.cancel")}
        onConfirm={confirm}
        onCancel={() => setLeaving(null)}
      />
    </section>
  );
}

interface MemberProps {
  member: Participant;
  isMe: boolean;
  onRemove: (() => void) | undefined;
}

function Member({ member, isMe, onRemove }: MemberProps) {
  const { t, locale } = useText();
  const { isOnline } = usePresence(member.user_id);
  const name = displayName({ ...member, id: member.user_id }, locale);
  return (
    <li className="uc:flex uc:items-center uc:gap-2 uc:py-1">
      <Avatar initials={initials(name)} seed={member.user_id} src={member.avatar} isOnline={isOnline} />
      <span className="uc:min-w-0 uc:flex-1">
        <span className="uc:block uc:truncate">
          <bdi>{name}</bdi>
          {isMe && ` (${t("common.you")})`}
        </span>
        <span className="uc:block uc:truncate uc:text-xs uc:text-muted-foreground">
          {t("details.id", { id: member.user_id })} · {t(isOnline ? "common.online" : "common.offline")}
        </span>
      </span>
      {member.role === "admin" && <Badge>{t("details.admin")}</Badge>}
      {onRemove !== undefined && (
        <Button variant="ghost" size="icon-sm" aria-label={t("details.remove", { name })} onClick={onRemove}>
          <UserMinus aria-hidden="true" />
        </Button>
      )}
    </li>
  );
}
