import { Bell, MessageSquare } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { ConversationId } from "../lib/types.ts";
import { useUnreadTotal } from "../model/conversations/myState.ts";
import { useNotificationCount } from "../model/notifications/hooks.ts";
import { useText } from "../model/useText.ts";
import { ChatScope } from "./ChatScope.tsx";
import { Deferred, deferred } from "./deferred.tsx";
import { CountBadge } from "./kit/Badge.tsx";
import { Button } from "./kit/Button.tsx";

const MessagesModal = deferred(() => import("./MessagesModal.tsx"));
const NotificationCenter = deferred(() => import("./notifications/NotificationCenter.tsx"));

export interface HeaderIconsProps {
  /** Opens a conversation on the host's chat page; without it, the window of messages shows it. */
  onOpenConversation?: ((id: ConversationId) => void) | undefined;
  /** Follows a notification to a path such as `/order/7`; without it the page goes there. */
  onOpenPath?: ((path: string) => void) | undefined;
  /** Left out on the chat page itself, where the messages are. */
  hasMessages?: boolean | undefined;
}

type Window = "none" | "messages" | "notifications";

/** Two buttons for a page's header, each with its count: messages, notifications. Each opens its window. */
export function HeaderIcons(props: HeaderIconsProps) {
  return (
    <ChatScope className="uc:inline-flex uc:h-auto uc:bg-transparent">
      <Icons {...props} />
    </ChatScope>
  );
}

function Icons({ onOpenConversation, onOpenPath, hasMessages = true }: HeaderIconsProps) {
  const { t } = useText();
  const messages = useUnreadTotal();
  const notifications = useNotificationCount();
  const [shown, setShown] = useState<Window>("none");
  // Windows are loaded when first asked for, and stay for their way out.
  const [used, setUsed] = useState<ReadonlySet<Window>>(new Set());
  const [chatId, setChatId] = useState<ConversationId | null>(null);
  const show = (which: Window) => {
    setUsed((now) => new Set(now).add(which));
    setShown(which);
  };
  const forget = (which: Window) => {
    setUsed((now) => new Set([...now].filter((each) => each !== which)));
    setShown("none");
  };
  const openConversation = (id: ConversationId) => {
    setShown("none");
    if (onOpenConversation !== undefined) return onOpenConversation(id);
    setChatId(id);
    show("messages");
  };
  return (
    <div className="uc:flex uc:items-center uc:gap-1">
      {hasMessages && (
        <IconButton
          label={t("notifications.messagesUnread", { count: messages })}
          count={messages}
          onPointerEnter={MessagesModal.preload}
          onClick={() => show("messages")}
        >
          <MessageSquare aria-hidden="true" />
        </IconButton>
      )}
      <IconButton
        label={t("notifications.notificationsUnread", { count: notifications })}
        count={notifications}
        onPointerEnter={NotificationCenter.preload}
        onClick={() => show("notifications")}
      >
        <Bell aria-hidden="true" />
      </IconButton>
      {used.has("messages") && (
        <Deferred
          of={MessagesModal}
          isOpen={shown === "messages"}
          onClose={() => setShown("none")}
          selectedId={chatId}
          onSelect={setChatId}
          onUnavailable={() => forget("messages")}
        />
      )}
      {used.has("notifications") && (
        <Deferred
          of={NotificationCenter}
          isOpen={shown === "notifications"}
          onClose={() => setShown("none")}
          onOpenConversation={openConversation}
          onOpenPath={onOpenPath}
          onUnavailable={() => forget("notifications")}
        />
      )}
    </div>
  );
}

interface IconButtonProps {
  label: string;
  count: number;
  onPointerEnter: () => void;
  onClick: () => void;
  children: ReactNode;
}

function IconButton({ label, count, children, ...presses }: IconButtonProps) {
  return (
    <Button
      variant="ghost"
      size="icon"
      aria-haspopup="dialog"
      aria-label={label}
      title={label}
      {...presses}
      className="uc:relative uc:[&_svg]:size-5"
    >
      {children}
      <CountBadge
        aria-hidden="true"
        count={count}
        className="uc:absolute uc:-end-0.5 uc:-top-0.5 uc:h-4 uc:min-w-4 uc:px-1 uc:text-[0.625rem]"
      />
    </Button>
  );
}
