import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { useText } from "../model/useText.ts";
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

/** Names what a press opens and is loaded for it; {@link Deferred} shows it. */
export function deferred<P extends object>(
  fetch: () => Promise<{ default: ComponentType<P> }>,
): DeferredPart<P> {
  let loaded: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;
  const load = (): Promise<void> => {
    loading ??= fetch().then(
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
  const preload = () => {
    // Asked for again when it is needed, and what fails is said then.
    load().catch(() => undefined);
  };
  return { load, preload, current: () => loaded };
}

/** Like `React.lazy`, for what a press opens: a chunk that cannot be loaded, because the network is away or a new version
 * was installed, is said in a toast and asked for again by the next press. `lazy` would take down the whole chat. */
export function Deferred<P extends object>(given: { of: DeferredPart<P> } & DeferredProps & P): ReactNode {
  const { of: part, fallback = null, onUnavailable, ...props } = given;
  const { t } = useText();
  const [isHere, setHere] = useState(part.current() !== null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one press asks once
  useEffect(() => {
    if (isHere) return;
    let isWanted = true;
    part.load().then(
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
  const Component = part.current();
  return Component === null ? fallback : <Component {...(props as unknown as P)} />;
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
