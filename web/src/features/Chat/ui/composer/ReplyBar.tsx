import { Reply, X } from "lucide-react";
import type { ReplyHead } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";

export interface ReplyBarProps {
  reply: ReplyHead;
  /** Whose message it is. */
  name: string;
  onCancel: () => void;
}

/** What the message being written answers. */
export function ReplyBar({ reply, name, onCancel }: ReplyBarProps) {
  const { t } = useText();
  return (
    <div className="uc:mb-2 uc:flex uc:items-center uc:gap-2 uc:rounded-md uc:bg-muted uc:px-2 uc:py-1 uc:text-sm">
      <Reply aria-hidden="true" className="uc:size-4 uc:shrink-0 uc:text-primary uc:rtl:-scale-x-100" />
      <div className="uc:min-w-0 uc:flex-1">
        <div className="uc:truncate uc:font-semibold uc:text-primary">{t("messages.replyTo", { name })}</div>
        <div dir="auto" className="uc:truncate uc:text-muted-foreground">
          {reply.text ?? t("messages.deleted")}
        </div>
      </div>
      <Button variant="ghost" size="icon-sm" aria-label={t("messages.cancelReply")} onClick={onCancel}>
        <X aria-hidden="true" />
      </Button>
    </div>
  );
}
