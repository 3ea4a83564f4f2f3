import { ArrowLeft, EllipsisVertical } from "lucide-react";
import { useState } from "react";
import { conversationTitle, initials } from "../../lib/format/names.ts";
import type { Conversation } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Deferred, deferred, usePreloaded } from "../deferred.tsx";
import { Avatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import type { HeaderAction } from "./HeaderMenu.tsx";

const HeaderMenu = deferred(() => import("./HeaderMenu.tsx"));
const PARTS = [HeaderMenu];

export interface ConversationHeaderProps {
  conversation: Conversation | undefined;
  /** The line under the title: who writes, who is there, of what kind it is. */
  status: string;
  /** The other side of a private conversation is there. */
  isOnline: boolean | undefined;
  /** The socket is down. */
  isOffline: boolean;
  isMuted: boolean;
  isPinned: boolean;
  onBack?: (() => void) | undefined;
  /** Shows the details; the title is a button then. */
  onDetails?: (() => void) | undefined;
  onAction: (action: HeaderAction) => void;
}

/** What is open: picture, title, how things stand there, and what can be done with it. */
export function ConversationHeader(props: ConversationHeaderProps) {
  const { conversation, isOnline, onBack, onDetails } = props;
  const { t, locale } = useText();
  const title = conversation === undefined ? "" : conversationTitle(conversation, locale);
  return (
    <header className="uc:flex uc:items-center uc:gap-2 uc:border-b uc:px-3 uc:py-2">
      {onBack !== undefined && (
        <Button variant="ghost" size="icon" aria-label={t("common.back")} onClick={onBack}>
          <ArrowLeft aria-hidden="true" className="uc:rtl:rotate-180" />
        </Button>
      )}
      <div className="uc:relative uc:flex uc:min-w-0 uc:flex-1 uc:items-center uc:gap-3">
        <Avatar
          initials={initials(title)}
          seed={conversation?.other_user?.id ?? conversation?.number ?? 0}
          src={conversation?.other_user?.avatar}
          isOnline={isOnline}
        />
        <div className="uc:min-w-0 uc:flex-1">
          {conversation !== undefined && (
            <h2 className="uc:truncate uc:font-semibold">
              {onDetails === undefined ? (
                <bdi>{title}</bdi>
              ) : (
                <WholeButton onPress={onDetails}>{title}</WholeButton>
              )}
            </h2>
          )}
          <StatusLine {...props} />
        </div>
      </div>
      {conversation !== undefined && <MenuButton {...props} conversation={conversation} />}
    </header>
  );
}

/** A button whose surface is all of what stands around it. */
function WholeButton({ onPress, children }: { onPress: () => void; children: string }) {
  return (
    <button
      type="button"
      onClick={onPress}
      className="uc:block uc:min-h-6 uc:min-w-6 uc:max-w-full uc:truncate uc:text-start uc:after:absolute uc:after:inset-0"
    >
      <bdi>{children}</bdi>
    </button>
  );
}

function StatusLine({ status, isOffline }: { status: string; isOffline: boolean }) {
  const { t } = useText();
  return (
    <p className="uc:flex uc:min-w-0 uc:items-center uc:gap-1.5 uc:text-xs uc:text-muted-foreground">
      <span className="uc:truncate">{status}</span>
      {isOffline && (
        <span role="status" className="uc:shrink-0 uc:font-medium uc:text-danger">
          {t("messages.offline")}
        </span>
      )}
    </p>
  );
}

function MenuButton(props: ConversationHeaderProps & { conversation: Conversation }) {
  const { t } = useText();
  const [isAsked, setAsked] = useState(false);
  usePreloaded(PARTS);
  const button = (
    <Button
      variant="ghost"
      size="icon"
      aria-label={t("messages.conversationMenu")}
      aria-haspopup="menu"
      onClick={() => setAsked(true)}
    >
      <EllipsisVertical aria-hidden="true" />
    </Button>
  );
  if (!isAsked) return button;
  return <Deferred of={HeaderMenu} {...props} fallback={button} onUnavailable={() => setAsked(false)} />;
}
