import { LoaderCircle, LogIn, WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { ConnectionState } from "../lib/realtime/types.ts";
import { useConnection } from "../model/runtime/hooks.ts";
import { useText } from "../model/useText.ts";
import { Button } from "./kit/Button.tsx";

/** How long something has to be wrong before it is said, in ms: most breaks are over sooner, and flicker helps nobody. */
export const GRACE_MS = 1000;

const MS_PER_SECOND = 1000;

/** Says that the socket is down, why, and when it is tried again; nothing while all is well. */
export function ConnectionBanner() {
  const { state, retryNow } = useConnection();
  return <ConnectionBannerView state={state} onRetry={retryNow} />;
}

export interface ConnectionBannerViewProps {
  state: ConnectionState;
  onRetry: () => void;
}

/** {@link ConnectionBanner} of a given state. */
export function ConnectionBannerView({ state, onRetry }: ConnectionBannerViewProps) {
  const isTrouble = state.name !== "online" && state.name !== "idle";
  const isShown = useLasting(isTrouble, GRACE_MS);
  return (
    // The region is there from the start: readers say only what comes into one that they know.
    <div role="status" aria-live="polite">
      {isShown && <Trouble state={state} onRetry={onRetry} />}
    </div>
  );
}

function Trouble({ state, onRetry }: ConnectionBannerViewProps) {
  const { t } = useText();
  switch (state.name) {
    case "connecting":
      return <Line icon={<LoaderCircle className="uc:animate-spin" />}>{t("list.connecting")}</Line>;
    case "waiting":
      return <Waiting retryAt={state.retryAt} onRetry={onRetry} />;
    case "offline":
      return <Line icon={<WifiOff />}>{t("list.offline")}</Line>;
    case "signed-out":
      return <Line icon={<LogIn />}>{t("list.signedOut")}</Line>;
    default:
      return null;
  }
}

function Waiting({ retryAt, onRetry }: { retryAt: number; onRetry: () => void }) {
  const { t } = useText();
  const seconds = useSecondsUntil(retryAt);
  return (
    <Line icon={<WifiOff />} action={<RetryNow onRetry={onRetry} />}>
      {/* The seconds are for the eyes: a reader would say them every second. */}
      <span aria-hidden="true">{t("list.waiting", { seconds })}</span>
      <span className="uc:sr-only">{t("list.noConnection")}</span>
    </Line>
  );
}

function RetryNow({ onRetry }: { onRetry: () => void }) {
  const { t } = useText();
  return (
    <Button size="sm" variant="outline" className="uc:shrink-0" onClick={onRetry}>
      {t("list.retryNow")}
    </Button>
  );
}

/** One row, however narrow: only the words take a second line. */
function Line({ icon, action, children }: { icon: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <div className="uc:flex uc:min-h-10 uc:items-center uc:gap-2 uc:border-b uc:bg-muted uc:px-3 uc:py-1 uc:text-sm">
      <span aria-hidden="true" className="uc:shrink-0 uc:[&_svg]:size-4">
        {icon}
      </span>
      <div className="uc:min-w-0 uc:flex-1">{children}</div>
      {action}
    </div>
  );
}

/** Whether something has been so for `ms` without a break. */
function useLasting(isSo: boolean, ms: number): boolean {
  const [hasLasted, setLasted] = useState(false);
  if (!isSo && hasLasted) setLasted(false);
  useEffect(() => {
    if (!isSo) return undefined;
    const timer = setTimeout(() => setLasted(true), ms);
    return () => clearTimeout(timer);
  }, [isSo, ms]);
  return isSo && hasLasted;
}

/** Whole seconds until a moment (ms since 1970), counted down; 0 once it is past. */
function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), MS_PER_SECOND);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((moment - now) / MS_PER_SECOND));
}
