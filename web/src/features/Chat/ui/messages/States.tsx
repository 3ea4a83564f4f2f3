import { CircleAlert, MessageCircle } from "lucide-react";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Spinner } from "../kit/Spinner.tsx";

const MIDDLE =
  "uc:flex uc:min-h-0 uc:flex-1 uc:flex-col uc:items-center uc:justify-center uc:gap-3 uc:p-6 uc:text-center uc:text-muted-foreground";

/** The first page is on its way. */
export function LoadingMessages() {
  const { t } = useText();
  return (
    <div className={MIDDLE}>
      <Spinner label={t("messages.loading")} />
      <span aria-hidden="true">{t("messages.loading")}</span>
    </div>
  );
}

/** Nobody has said anything yet. */
export function NoMessages() {
  const { t } = useText();
  return (
    <div className={MIDDLE}>
      <MessageCircle aria-hidden="true" className="uc:size-8" />
      <p>{t("messages.empty")}</p>
    </div>
  );
}

/** The first page did not come. */
export function FailedMessages({ onRetry }: { onRetry: () => void }) {
  const { t } = useText();
  return (
    <div role="alert" className={MIDDLE}>
      <CircleAlert aria-hidden="true" className="uc:size-8 uc:text-danger" />
      <p>{t("messages.loadFailed")}</p>
      <Button variant="outline" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </div>
  );
}

/** Deleted, or the user is in it no more. */
export function GoneConversation({ onBack }: { onBack: (() => void) | undefined }) {
  const { t } = useText();
  return (
    <div className={MIDDLE}>
      <CircleAlert aria-hidden="true" className="uc:size-8" />
      <p role="status">{t("messages.gone")}</p>
      {onBack !== undefined && (
        <Button variant="outline" onClick={onBack}>
          {t("messages.backToList")}
        </Button>
      )}
    </div>
  );
}
