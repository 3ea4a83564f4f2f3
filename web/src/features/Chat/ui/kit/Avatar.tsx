import { useState } from "react";
import { cn } from "./cn.ts";

const SIZES = {
  sm: "uc:size-7 uc:text-[0.6875rem]",
  md: "uc:size-10 uc:text-sm",
  lg: "uc:size-16 uc:text-xl",
} as const;

/** Backgrounds that initials are readable on, in light and dark. */
const COLOURS = [
  "uc:bg-[#1d4f91]",
  "uc:bg-[#7a3b8f]",
  "uc:bg-[#9a3412]",
  "uc:bg-[#166534]",
  "uc:bg-[#0f5e6b]",
  "uc:bg-[#8a1f4d]",
] as const;

export interface AvatarProps {
  /** Whose: shown as initials without a picture. The name itself stands beside it, so this is no text for readers. */
  initials: string;
  /** Tells people without a picture apart; the same number has the same colour everywhere. */
  seed: number;
  src?: string | null | undefined;
  size?: keyof typeof SIZES;
  /** A dot says so; leave out where presence is not known. */
  isOnline?: boolean | undefined;
  className?: string;
}

/** A person's picture, or their initials while there is none, or it does not load. */
export function Avatar({ initials, seed, src, size = "md", isOnline, className }: AvatarProps) {
  const [broken, setBroken] = useState<string | null>(null);
  const shown = src !== undefined && src !== null && src !== "" && src !== broken;
  return (
    <span aria-hidden="true" className={cn("uc:relative uc:inline-flex uc:shrink-0", SIZES[size], className)}>
      {shown ? (
        <img
          src={src}
          alt=""
          loading="lazy"
          onError={() => setBroken(src)}
          className="uc:size-full uc:rounded-full uc:object-cover"
        />
      ) : (
        <span
          className={cn(
            "uc:flex uc:size-full uc:items-center uc:justify-center uc:rounded-full uc:font-semibold uc:text-white",
            COLOURS[Math.abs(seed) % COLOURS.length],
          )}
        >
          {initials}
        </span>
      )}
      {isOnline === true && (
        <span className="uc:absolute uc:end-0 uc:bottom-0 uc:size-2.5 uc:rounded-full uc:border-2 uc:border-background uc:bg-success" />
      )}
    </span>
  );
}
