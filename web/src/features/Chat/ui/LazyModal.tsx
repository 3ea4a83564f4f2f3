import { useState } from "react";
import { ChatScope } from "./ChatScope.tsx";
import { Deferred, deferred } from "./deferred.tsx";
import type { MessagesModalProps } from "./MessagesModal.tsx";

const Loaded = deferred(() => import("./MessagesModal.tsx"));

/** The window of messages as hosts import it, for a button of their own. Loaded when it is opened for the first time. */
export function MessagesModal(props: MessagesModalProps) {
  const { isOpen, onClose } = props;
  const [wasOpen, setWasOpen] = useState(false);
  const [isUsed, setUsed] = useState(false);
  if (isOpen !== wasOpen) {
    setWasOpen(isOpen);
    // It stays for its way out.
    if (isOpen) setUsed(true);
  }
  const forget = () => {
    setUsed(false);
    onClose();
  };
  return (
    <ChatScope className="uc:contents">
      {isUsed && <Deferred of={Loaded} {...props} onUnavailable={forget} />}
    </ChatScope>
  );
}
