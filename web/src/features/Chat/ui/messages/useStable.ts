import { useLayoutEffect, useMemo, useRef } from "react";

/** An object of functions that stays the same while each of its functions does what the newest render says. */
export function useStable<T extends object>(functions: T): T {
  const latest = useRef(functions);
  useLayoutEffect(() => {
    latest.current = functions;
  });
  return useMemo(() => {
    const names = Object.keys(latest.current) as (keyof T)[];
    const forward =
      (name: keyof T) =>
      (...given: unknown[]) => {
        const run = latest.current[name] as (...args: unknown[]) => unknown;
        return run(...given);
      };
    return Object.fromEntries(names.map((name) => [name, forward(name)])) as T;
  }, []);
}
