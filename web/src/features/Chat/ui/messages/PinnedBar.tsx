import { ListCollapse, Pin } from "lucide-react";
import { useState } from "react";
import type { ConversationId, Message, Seq, UserId } from "../../lib/types.ts";
import { usePins } from "../../model/messages/hooks.ts";
import { useText } from "../../model/useText.ts";
import { Deferred, deferred } from "../deferred.tsx";
import { Button } from "../kit/Button.tsx";

const PinMenu = deferred(() => import("./PinMenu.tsx"));

export interface PinnedBarProps {
  conversationId: ConversationId;
  nameOf: (id: UserId) => string;
  onJump: (seq: Seq) => void;
}

/** The first of the pinned messages, above the others; a press leads to it. Nothing where nothing is pinned. */
export function PinnedBar({ conversationId, nameOf, onJump }: PinnedBarProps) {
  const { t } = useText();
  const { data: pins } = usePins(conversationId);
  const lineOf = (message: Message) =>
    `${nameOf(message.sender_id)}: ${message.text || t("list.attachment")}`;
  const first = pins?.[0];
  if (pins === undefined || first === undefined) return null;
  const isOne = pins.length === 1;
  return (
    <section
      aria-label={t("messages.pinnedBar")}
      className="uc:flex uc:items-center uc:gap-1 uc:border-b uc:pe-2"
    >
      <button
        type="button"
        aria-label={t("messages.pinnedJump", { text: lineOf(first) })}
        onClick={() => onJump(first.seq)}
        className="uc:flex uc:min-h-11 uc:min-w-0 uc:flex-1 uc:items-center uc:gap-2 uc:px-4 uc:py-1 uc:text-start uc:-outline-offset-2 uc:hover:bg-muted"
      >
        <Pin aria-hidden="true" className="uc:size-4 uc:shrink-0 uc:text-primary" />
        <span className="uc:min-w-0">
          <span className="uc:block uc:text-xs uc:font-medium uc:text-primary">
            {isOne ? t("messages.pinned") : t("messages.pinnedTotal", { total: pins.length })}
          </span>
          <span dir="auto" className="uc:block uc:truncate uc:text-[0.8125rem]">
            {lineOf(first)}
          </span>
        </span>
      </button>
      {!isOne && <AllPins pins={pins} lineOf={lineOf} onJump={onJump} />}
    </section>
  );
}

interface AllPinsProps {
  pins: readonly Message[];
  lineOf: (message: Message) => string;
  onJump: (seq: Seq) => void;
}

function AllPins(props: AllPinsProps) {
  const { t } = useText();
  const [isAsked, setAsked] = useState(false);
  const button = (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-haspopup="menu"
      aria-label={t("messages.pinnedAll")}
      title={t("messages.pinnedAll")}
      onClick={() => setAsked(true)}
    >
      <ListCollapse aria-hidden="true" className="uc:rtl:-scale-x-100" />
    </Button>
  );
  if (!isAsked) return button;
  return (
    <Deferred
      of={PinMenu}
      fallback={button}
      trigger={button}
      {...props}
      onUnavailable={() => setAsked(false)}
    />
  );
}
