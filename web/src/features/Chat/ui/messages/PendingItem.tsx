import { CircleAlert, Copy, RotateCw, Trash2 } from "lucide-react";
import { memo } from "react";
import type { OutboxEntry } from "../../lib/realtime/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Attachments } from "./Attachments.tsx";
import { Bubble } from "./Bubble.tsx";
import { MessageText } from "./MessageText.tsx";
import { Quote } from "./Quote.tsx";
import { useScene } from "./scene.ts";
import { Ticks } from "./Ticks.tsx";
import type { PendingRow } from "./timeline.ts";
import { formatTime } from "./when.ts";

/** An own message on its way: a clock while it waits, and what can be done about it once it has failed. */
export const PendingItem = memo(function PendingItem({
  row,
  isActive,
}: {
  row: PendingRow;
  isActive: boolean;
}) {
  const { entry } = row;
  const hasFailed = entry.state === "failed";
  return (
    <div className="uc:flex uc:justify-end uc:gap-1.5">
      <div className="uc:flex uc:min-w-0 uc:max-w-[min(36rem,85%)] uc:flex-col uc:items-end">
        <Bubble isOwn isGroupEnd={row.isGroupEnd} isHighlighted={false} hasFailed={hasFailed}>
          {entry.reply !== null && <Quote reply={entry.reply} isActive={isActive} />}
          {entry.attachments.length > 0 && (
            <Attachments attachments={entry.attachments} isActive={isActive} />
          )}
          {entry.text !== "" && (
            <MessageText text={entry.text} mentions={entry.mentions} isActive={isActive} />
          )}
          <div className="uc:flex uc:items-center uc:justify-end uc:gap-1 uc:text-[0.6875rem] uc:opacity-75">
            <time className="uc:tabular-nums">{formatTime(entry.createdAt)}</time>
            {entry.state !== "failed" && <Ticks progress={entry.state} />}
          </div>
        </Bubble>
        {hasFailed && <Failure entry={entry} isActive={isActive} />}
      </div>
    </div>
  );
});

function Failure({ entry, isActive }: { entry: OutboxEntry; isActive: boolean }) {
  const { t } = useText();
  const { actions } = useScene();
  const tabIndex = isActive ? 0 : -1;
  return (
    <div className="uc:mt-1 uc:flex uc:flex-wrap uc:items-center uc:justify-end uc:gap-1 uc:text-[0.8125rem] uc:text-danger">
      <CircleAlert role="img" aria-label={t("messages.notSent")} className="uc:size-4" />
      <span>{failureText(entry, t)}</span>
      <Button variant="ghost" size="sm" tabIndex={tabIndex} onClick={() => actions.retry(entry)}>
        <RotateCw aria-hidden="true" />
        {t("common.retry")}
      </Button>
      <Button
        variant="ghost"
        size="icon-sm"
        tabIndex={tabIndex}
        aria-label={t("messages.copy")}
        onClick={() => actions.copy(entry.text)}
      >
        <Copy aria-hidden="true" />
      </Button>
      <Button
        variant="ghost"
        size="icon-sm"
        tabIndex={tabIndex}
        aria-label={t("common.delete")}
        onClick={() => actions.discard(entry)}
      >
        <Trash2 aria-hidden="true" />
      </Button>
    </div>
  );
}

/** Why it was not sent, in the user's language where we know the reason and in the server's words otherwise. */
function failureText(entry: OutboxEntry, t: ReturnType<typeof useText>["t"]): string {
  switch (entry.error?.code) {
    case undefined:
      return t("messages.sendFailed");
    case "contact_data":
      return t("messages.contactData");
    case "held_for_review":
      return t("messages.heldForReview");
    case "expired":
      return t("messages.expired");
    default:
      return entry.error?.message || t("messages.sendFailed");
  }
}
