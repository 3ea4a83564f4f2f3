import { memo, useMemo } from "react";
import type { Mention } from "../../lib/types.ts";
import { cn } from "../kit/cn.ts";
import { useScene } from "./scene.ts";
import { segments } from "./segments.ts";

export interface MessageTextProps {
  text: string;
  mentions: readonly Mention[] | undefined;
  /** Whether its links are in the tab order: only those of the row that has the focus are. */
  isActive: boolean;
}

/** What was said: links of the web are links, people named by `@` stand out, everything else is plain text. */
export const MessageText = memo(function MessageText({ text, mentions, isActive }: MessageTextProps) {
  const { me } = useScene();
  const pieces = useMemo(() => segments(text, mentions), [text, mentions]);
  let at = 0;
  return (
    <p dir="auto" className="uc:whitespace-pre-wrap uc:wrap-anywhere">
      {pieces.map((piece) => {
        const key = at;
        at += piece.text.length;
        if (piece.kind === "text") return piece.text;
        if (piece.kind === "mention") {
          return (
            <span
              key={key}
              className={cn(
                "uc:font-semibold uc:text-primary",
                piece.userId === me && "uc:rounded-sm uc:bg-accent",
              )}
            >
              {piece.text}
            </span>
          );
        }
        return (
          <a
            key={key}
            href={piece.href}
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
            tabIndex={isActive ? 0 : -1}
            className="uc:text-primary uc:underline uc:underline-offset-2"
          >
            {piece.text}
          </a>
        );
      })}
    </p>
  );
});
