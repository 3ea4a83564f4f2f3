import { useEffect, useState } from "react";
import { startOfDay } from "./timeline.ts";

/** How often it is looked whether the day is another one, ms: clocks are set and computers sleep, so no timer to midnight. */
const LOOK_EVERY = 30_000;

/** The local midnight that today began with, ms; changes with the day. */
export function useToday(): number {
  const [today, setToday] = useState(() => startOfDay(Date.now()));
  useEffect(() => {
    const timer = setInterval(() => setToday(startOfDay(Date.now())), LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
  return today;
}
