import type { FoundMessage, MessageId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Spinner } from "../kit/Spinner.tsx";

/** One found message, ready to be shown. */
export interface FoundRow {
  readonly id: MessageId;
  readonly found: FoundMessage;
  /** Where it was said. */
  readonly title: string;
  /** Who said it. */
  readonly name: string;
  readonly time: string;
}

export interface FoundMessagesProps {
  rows: readonly FoundRow[];
  state: "loading" | "ready" | "failed";
  onRetry: () => void;
  /** Left out when all that was found is shown. */
  onMore?: (() => void) | undefined;
  onOpen: (found: FoundMessage) => void;
}

/** The messages that a search has found, below the conversations that it has found. */
export function FoundMessages({ rows, state, onRetry, onMore, onOpen }: FoundMessagesProps) {
  const { t } = useText();
  return (
    <section aria-label={t("list.found")} className="uc:border-t uc:pt-2">
      <h2 className="uc:px-3 uc:pb-1 uc:text-xs uc:font-semibold uc:text-muted-foreground">
        {t("list.found")}
      </h2>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              onClick={() => onOpen(row.found)}
              className="uc:flex uc:w-full uc:flex-col uc:gap-0.5 uc:px-3 uc:py-2 uc:text-start uc:-outline-offset-2 uc:hover:bg-muted"
            >
              <span className="uc:flex uc:w-full uc:gap-2 uc:text-sm">
                <span dir="auto" className="uc:min-w-0 uc:flex-1 uc:truncate uc:font-medium">
                  {row.title}
                </span>
                <span className="uc:shrink-0 uc:text-xs uc:text-muted-foreground">{row.time}</span>
              </span>
              <span dir="auto" className="uc:line-clamp-2 uc:text-sm uc:text-muted-foreground">
                {t("list.said", { name: row.name, text: row.found.snippet ?? row.found.message.text ?? "" })}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {state === "loading" && <Spinner label={t("list.searching")} className="uc:m-3" />}
      {state === "ready" && rows.length === 0 && (
        <p role="status" className="uc:px-3 uc:py-2 uc:text-sm uc:text-muted-foreground">
          {t("list.foundNone")}
        </p>
      )}
      {state === "ready" && onMore !== undefined && (
        <Button variant="ghost" size="sm" className="uc:m-2" onClick={onMore}>
          {t("list.showMore")}
        </Button>
      )}
      {state === "failed" && (
        <p role="alert" className="uc:flex uc:items-center uc:gap-2 uc:px-3 uc:py-2 uc:text-sm">
          {t("list.foundFailed")}
          <Button variant="outline" size="sm" onClick={onRetry}>
            {t("common.retry")}
          </Button>
        </p>
      )}
    </section>
  );
}
