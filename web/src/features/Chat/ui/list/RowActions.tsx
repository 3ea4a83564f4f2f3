import { EllipsisVertical, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Conversation } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Deferred, deferred } from "../deferred.tsx";
import { Button } from "../kit/Button.tsx";
import { Spinner } from "../kit/Spinner.tsx";
import type { Parting } from "./RowMenu.tsx";

/** The menu; the list loads it ahead. */
export const RowMenu = deferred(() => import("./RowMenu.tsx"));

export interface RowActionsProps {
  conversation: Conversation;
  title: string;
  canDelete: boolean;
  /** Whether the conversation is being deleted or left. */
  isBusy: boolean;
  onPart: (how: Parting) => void;
}

/** The buttons that appear over a row: the trash, and the menu with everything. */
export function RowActions({ conversation, title, canDelete, isBusy, onPart }: RowActionsProps) {
  const { t } = useText();
  const [isMenuWanted, setMenuWanted] = useState(false);
  if (isBusy) return <Spinner label={t("list.deleting")} className="uc:p-1" />;
  const dots = (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-haspopup="menu"
      aria-label={t("list.actions", { title })}
      onClick={() => setMenuWanted(true)}
    >
      <EllipsisVertical aria-hidden="true" />
    </Button>
  );
  return (
    <>
      {canDelete && (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`${t("list.delete")}: ${title}`}
          title={t("list.delete")}
          onClick={() => onPart("delete")}
          className="uc:text-danger uc:pointer-coarse:hidden"
        >
          <Trash2 aria-hidden="true" />
        </Button>
      )}
      {isMenuWanted ? (
        <Deferred
          of={RowMenu}
          fallback={dots}
          conversation={conversation}
          title={title}
          canDelete={canDelete}
          onPart={onPart}
          onUnavailable={() => setMenuWanted(false)}
        />
      ) : (
        dots
      )}
    </>
  );
}
