import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Spinner } from "../kit/Spinner.tsx";

export interface ListStateProps {
  conversations: readonly unknown[];
  loading: boolean;
  isLoadingMore?: boolean | undefined;
  error?: unknown;
  onRetry?: (() => void) | undefined;
  /** Rows that a search or a tab leaves. */
  shown: number;
  /** Whether a search or a tab hides some. */
  isNarrowed: boolean;
}

/** What the list says besides its rows: that they are on their way, that there are none, or what went wrong. */
export function ListState(props: ListStateProps) {
  const { t } = useText();
  const { conversations, loading, error, shown, isNarrowed } = props;
  if (loading || props.isLoadingMore === true) {
    return (
      <p className="uc:flex uc:justify-center uc:p-4">
        <Spinner label={t("common.loading")} />
      </p>
    );
  }
  const hasFailed = error !== undefined && error !== null;
  if (hasFailed && conversations.length === 0) {
    return (
      <div role="alert" className="uc:flex uc:flex-col uc:items-center uc:gap-3 uc:p-6 uc:text-center">
        <p>{t("list.failed")}</p>
        {props.onRetry !== undefined && (
          <Button variant="outline" size="sm" onClick={props.onRetry}>
            {t("common.retry")}
          </Button>
        )}
      </div>
    );
  }
  if (shown > 0) return null;
  return (
    <p role="status" className="uc:p-6 uc:text-center uc:text-muted-foreground">
      {t(isNarrowed && conversations.length > 0 ? "list.noMatch" : "list.empty")}
    </p>
  );
}
