import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { useText } from "../model/useText.ts";
import { Button } from "./kit/Button.tsx";
import { showToast } from "./toast/toast.ts";

/** What {@link Deferred} takes beside the props of what it shows. */
export interface DeferredProps {
  /** Shown until it is here. */
  fallback?: ReactNode;
  /** It could not be loaded, and the user has been told so: close what was opened, so that it may be opened again. */
  onUnavailable: () => void;
}

/** A component that is loaded when it is first shown; see {@link deferred}. */
export interface DeferredPart<P extends object> {
  /** Resolves when it is here; asks again after a failure. */
  load(): Promise<void>;
  /** Loads it ahead; without a network it is loaded when it is needed. */
  preload(): void;
  /** The component, once it is here. */
  current(): ComponentType<P> | null;
}

/**
 * Names what is loaded when it is first shown, by {@link Deferred} or {@link InPlace}. A failed import is imported
 * again: current browsers then fetch it again, and for those that remember the failure the page can be reloaded.
 */
export function deferred<P extends object>(
  fetch: () => Promise<{ default: ComponentType<P> }>,
): DeferredPart<P> {
  let loaded: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;
  const load = (): Promise<void> => {
    loading ??= fetch()
      .then((module) => {
        loaded = module.default;
      })
      .catch((error: unknown) => {
        loading = null;
        throw error;
      });
    return loading;
  };
  const preload = () => {
    // Asked for again when it is needed, and what fails is said then.
    load().catch(() => undefined);
  };
  return { load, preload, current: () => loaded };
}

/** Loads a part, once for each `attempt`, and shows it when it is here; `onFailed` is called for each attempt that failed. */
function useLoaded<P extends object>(
  part: DeferredPart<P>,
  attempt: number,
  onFailed: () => void,
): ComponentType<P> | null {
  // Which part has come, and not that one has: the same place may show one part after another.
  const [, setHere] = useState<DeferredPart<P> | null>(null);
  const Component = part.current();
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt asks once
  useEffect(() => {
    if (Component !== null) return;
    let isWanted = true;
    part.load().then(
      () => isWanted && setHere(part),
      () => isWanted && onFailed(),
    );
    return () => {
      isWanted = false;
    };
  }, [part, attempt]);
  return Component;
}

/** Like `React.lazy`, for what a press opens: a chunk that cannot be loaded, because the network is away or a new version
 * was installed, is said in a toast and asked for again by the next press. `lazy` would take down the whole chat. */
export function Deferred<P extends object>(given: { of: DeferredPart<P> } & DeferredProps & P): ReactNode {
  const { of: part, fallback = null, onUnavailable, ...props } = given;
  const { t } = useText();
  const Component = useLoaded(part, 0, () => {
    showToast("error", t(navigator.onLine ? "common.partFailed" : "messages.notConnected"));
    onUnavailable();
  });
  return Component === null ? fallback : <Component {...(props as unknown as P)} />;
}

/** What {@link InPlace} takes beside the props of what it shows. */
export interface InPlaceProps {
  /** Shown until it is here. */
  fallback?: ReactNode;
  /** Puts the words about a failure where they belong; without it, they stand where the part would. */
  whenFailed?: ((words: ReactNode) => ReactNode) | undefined;
}

/** {@link Deferred} for what no press opens: a part that cannot be loaded is said in its place, with a way to try again. */
export function InPlace<P extends object>(given: { of: DeferredPart<P> } & InPlaceProps & P): ReactNode {
  const { of: part, fallback = null, whenFailed = (words) => words, ...props } = given;
  const [attempt, setAttempt] = useState(0);
  const [failures, setFailures] = useState(0);
  const Component = useLoaded(part, attempt, () => setFailures(attempt + 1));
  if (Component !== null) return <Component {...(props as unknown as P)} />;
  if (failures === 0) return fallback;
  return whenFailed(
    <Failed
      isTrying={failures <= attempt}
      // A second failure may be a version that is gone, or remembered by the browser: only a new page helps.
      isStubborn={failures > 1}
      onRetry={() => setAttempt(failures)}
    />,
  );
}

interface FailedProps {
  isTrying: boolean;
  isStubborn: boolean;
  onRetry: () => void;
}

function Failed({ isTrying, isStubborn, onRetry }: FailedProps) {
  const { t } = useText();
  return (
    <div
      role="alert"
      className="uc:m-auto uc:flex uc:flex-col uc:items-center uc:gap-3 uc:p-4 uc:text-center uc:text-muted-foreground"
    >
      <p>{t(navigator.onLine ? "common.partFailed" : "messages.notConnected")}</p>
      <div className="uc:flex uc:flex-wrap uc:justify-center uc:gap-2">
        <Button variant="outline" aria-busy={isTrying} onClick={onRetry}>
          {t("common.retry")}
        </Button>
        {isStubborn && (
          <Button variant="outline" onClick={() => window.location.reload()}>
            {t("common.reload")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** How long after the start what is deferred is loaded ahead, ms: the messages themselves come first. */
export const PRELOAD_DELAY = 3000;

/** Loads parts ahead once the browser has nothing better to do, so that they open at once, also without a network. */
export function usePreloaded(parts: readonly { preload(): void }[]): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      const load = () => {
        for (const part of parts) part.preload();
      };
      // Safari has no idle callbacks.
      if (typeof requestIdleCallback === "function") requestIdleCallback(load);
      else load();
    }, PRELOAD_DELAY);
    return () => clearTimeout(timer);
  }, [parts]);
}
