import { LogOut, X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import type { ConversationId, Participant } from "../../lib/types.ts";
import { useConversation } from "../../model/conversations/hooks.ts";
import { useConversationLog } from "../../model/messages/log.ts";
import { useParticipants } from "../../model/people/hooks.ts";
import { useMyId } from "../../model/runtime/hooks.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Spinner } from "../kit/Spinner.tsx";
import { useParting } from "../list/useParting.tsx";
import { Description } from "./Description.tsx";
import { LinkRow } from "./LinkRow.tsx";
import { Members } from "./Members.tsx";
import { SharedTabs } from "./SharedTabs.tsx";

export interface GroupDetailsProps {
  conversationId: ConversationId;
  /** A panel stands beside the messages, a sheet lies over them. */
  shape: "panel" | "sheet";
  onClose: () => void;
  /** The user has left the group from here. */
  onLeft: (() => void) | undefined;
}

/** What a group is: title, description, link, who is in it and what was shared there. Loaded when it is opened. */
export default function GroupDetails({ conversationId, shape, onClose, onLeft }: GroupDetailsProps) {
  const { t } = useText();
  const body = <DetailsBody conversationId={conversationId} onLeft={onLeft} />;
  if (shape === "sheet") {
    return (
      <Dialog
        isOpen
        shape="sheet"
        title={t("details.title")}
        closeLabel={t("common.close")}
        onClose={onClose}
      >
        {body}
      </Dialog>
    );
  }
  return (
    <Panel title={t("details.title")} onClose={onClose}>
      {body}
    </Panel>
  );
}

function Panel({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const { t } = useText();
  return (
    <aside
      aria-label={title}
      className="uc:flex uc:h-full uc:w-80 uc:shrink-0 uc:flex-col uc:border-s uc:bg-background"
    >
      <div className="uc:flex uc:items-center uc:gap-2 uc:border-b uc:px-4 uc:py-3">
        <h2 className="uc:min-w-0 uc:flex-1 uc:truncate uc:text-base uc:font-semibold">{title}</h2>
        <Button variant="ghost" size="icon-sm" aria-label={t("common.close")} onClick={onClose}>
          <X aria-hidden="true" />
        </Button>
      </div>
      <div className="uc:flex uc:min-h-0 uc:flex-1 uc:flex-col uc:gap-3 uc:overflow-y-auto uc:p-4">
        {children}
      </div>
    </aside>
  );
}

const NOBODY: readonly Participant[] = [];

function DetailsBody({ conversationId, onLeft }: Pick<GroupDetailsProps, "conversationId" | "onLeft">) {
  const { t } = useText();
  const me = useMyId();
  const { data: conversation, isError, refetch } = useConversation(conversationId);
  const { data: listed } = useParticipants(conversationId);
  const { log } = useConversationLog(conversationId);
  const parting = useParting({ onParted: onLeft });
  const members = useMemo(() => listed ?? conversation?.participants ?? NOBODY, [listed, conversation]);
  const isAdmin = members.some(({ user_id, role }) => user_id === me && role === "admin");
  if (conversation === undefined) {
    return isError ? (
      <div role="alert" className="uc:flex uc:flex-col uc:items-center uc:gap-2">
        <p>{t("details.loadFailed")}</p>
        <Button variant="outline" onClick={() => void refetch()}>
          {t("common.retry")}
        </Button>
      </div>
    ) : (
      <Spinner label={t("common.loading")} className="uc:self-center" />
    );
  }
  return (
    <>
      <Description conversation={conversation} memberCount={members.length} canEdit={isAdmin} />
      <LinkRow conversation={conversation} />
      <Members conversationId={conversationId} members={members} me={me} canChange={isAdmin} />
      <SharedTabs messages={log.messages} />
      <Button variant="outline" onClick={() => parting.ask({ kind: "leave", id: conversationId })}>
        <LogOut aria-hidden="true" className="uc:rtl:-scale-x-100" />
        {t("list.leave")}
      </Button>
      {parting.question}
    </>
  );
}
