import { Copy } from "lucide-react";
import type { Conversation } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { copyText } from "../messages/copyText.ts";
import { showToast } from "../toast/toast.ts";

/** What names the group outside: its link, else what it belongs to, else its id. */
export function LinkRow({ conversation }: { conversation: Conversation }) {
  const { t } = useText();
  const link = conversation.link || conversation.service_id || conversation.id;
  const copy = () => {
    copyText(link).then(
      () => showToast("success", t("details.copied")),
      () => showToast("error", t("details.copyFailed")),
    );
  };
  return (
    <div className="uc:flex uc:items-center uc:gap-2 uc:rounded-md uc:bg-muted uc:ps-3">
      <span dir="ltr" title={link} className="uc:min-w-0 uc:flex-1 uc:truncate uc:text-sm">
        {link}
      </span>
      <Button
        variant="ghost"
        size="icon"
        aria-label={t("details.copy")}
        title={t("details.copy")}
        onClick={copy}
      >
        <Copy aria-hidden="true" />
      </Button>
    </div>
  );
}
