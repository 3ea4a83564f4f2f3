import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { useText } from "../model/useText.ts";
import { showToast } from "./toast/toast.ts";

/** What a {@link deferred} component takes beside its own props. */
export interface DeferredProps {
  /** Shown until it is here. */
  fallback?: ReactNode;
  /** It could not be loaded, and the user has been told so: close what was opened, so that it may be opened again. */
  onUnavailable: () => void;
}

/** A component that is loaded when it is first shown. */
export interface Deferred<P extends object> {
  (props: P & DeferredProps): ReactNode;
  /** Loads it ahead; without a network it is loaded when it is needed. */
  preload(): void;
}

/** Like `React.lazy`, for what a press opens: a chunk that cannot be loaded, because the network is away or a new version
 * was installed, is said in a toast and asked for again by the next press. `lazy` would take down the whole chat. */
export function deferred<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): Deferred<P> {
  let loaded: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;
  const get = (): Promise<void> => {
    loading ??= load().then(
      (module) => {
        loaded = module.default;
      },
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  };

  function Part({ fallback = null, onUnavailable, ...props }: P & DeferredProps) {
    const { t } = useText();
    const [isHere, setHere] = useState(loaded !== null);
    // biome-ignore lint/correctness/useExhaustiveDependencies: one press asks once
    useEffect(() => {
      if (isHere) return;
      let isWanted = true;
      get().then(
        () => isWanted && setHere(true),
        () => {
          if (!isWanted) return;
          showToast("error", t("messages.notConnected"));
          onUnavailable();
        },
      );
      return () => {
        isWanted = false;
      };
    }, []);
    const Component = loaded;
    return Component === null ? fallback : <Component {...(props as unknown as P)} />;
  }
  const preload = () => {
    // Asked for again when it is needed, and what fails is said then.
    get().catch(() => undefined);
  };
  return Object.assign(Part, { preload });
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
