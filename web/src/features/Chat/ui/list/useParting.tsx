import { type ReactNode, useEffect, useRef, useState } from "react";
import type { ConversationId } from "../../lib/types.ts";
import { useLeaveConversation } from "../../model/conversations/hooks.ts";
import { useText } from "../../model/useText.ts";
import { showToast } from "../toast/toast.ts";
import { AskFirst, type Question } from "./AskFirst.tsx";

export interface PartingOptions {
  /** Deletes a conversation for everybody; a failure says that it is still there. */
  onDelete?: ((id: ConversationId) => Promise<unknown> | unknown) | undefined;
  /** A conversation was deleted or left, and what asked for it is still on the screen. */
  onParted?: ((id: ConversationId) => void) | undefined;
}

/** Deletes and leaves conversations: asks first, and says how that went. */
export function useParting(options: PartingOptions): {
  /** Those that are being deleted or left. */
  readonly busy: ReadonlySet<ConversationId>;
  readonly ask: (question: Question) => void;
  /** To be placed in the page: the question that is asked now. */
  readonly question: ReactNode;
} {
  const { t } = useText();
  const leave = useLeaveConversation();
  const [busy, setBusy] = useState<ReadonlySet<ConversationId>>(new Set());
  const [asked, setAsked] = useState<Question | null>(null);

  const latest = useRef(options);
  latest.current = options;
  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  async function part({ kind, id }: Question): Promise<void> {
    setBusy((now) => new Set(now).add(id));
    try {
      await (kind === "delete" ? options.onDelete?.(id) : leave.mutateAsync(id));
      showToast("success", t(kind === "delete" ? "list.deleted" : "list.left"));
      if (isHere.current) latest.current.onParted?.(id);
    } catch {
      showToast("error", t(kind === "delete" ? "list.deleteFailed" : "list.leaveFailed"));
    } finally {
      setBusy((now) => new Set([...now].filter((each) => each !== id)));
    }
  }

  function confirm(question: Question): void {
    setAsked(null);
    void part(question);
  }

  return {
    busy,
    ask: setAsked,
    question: <AskFirst question={asked} onNo={() => setAsked(null)} onYes={confirm} />,
  };
}
