import { useState } from "react";
import type { ConversationId, Participant, UserId } from "../../lib/types.ts";
import { useAddParticipant } from "../../model/people/hooks.ts";
import { useText } from "../../model/useText.ts";
import { UserAsyncMultiSelect } from "../create/UserAsyncMultiSelect.tsx";
import { Button } from "../kit/Button.tsx";
import { showToast } from "../toast/toast.ts";

export interface AddPeopleProps {
  conversationId: ConversationId;
  members: readonly Participant[];
  onDone: () => void;
}

/** Lets people into a group. Loaded when somebody wants to. */
export default function AddPeople({ conversationId, members, onDone }: AddPeopleProps) {
  const { t } = useText();
  const [picked, setPicked] = useState<UserId[]>([]);
  const add = useAddParticipant();
  const fresh = picked.filter((id) => !members.some(({ user_id }) => user_id === id));
  const submit = async () => {
    const asked = await Promise.allSettled(
      fresh.map((user_id) => add.mutateAsync({ conversationId, data: { user_id } })),
    );
    const refused = fresh.filter((_, index) => asked[index]?.status === "rejected");
    if (refused.length === 0) {
      showToast("success", t("details.added", { count: fresh.length }));
      onDone();
    } else {
      showToast("error", t("details.addFailed"));
      setPicked(refused);
    }
  };
  return (
    <div className="uc:flex uc:flex-col uc:gap-2 uc:rounded-md uc:border uc:p-2">
      <UserAsyncMultiSelect value={picked} onChange={setPicked} disabled={add.isPending} />
      <div className="uc:flex uc:justify-end uc:gap-2">
        <Button variant="ghost" size="sm" onClick={onDone}>
          {t("common.cancel")}
        </Button>
        <Button size="sm" disabled={fresh.length === 0 || add.isPending} onClick={() => void submit()}>
          {t("details.add")}
        </Button>
      </div>
    </div>
  );
}
