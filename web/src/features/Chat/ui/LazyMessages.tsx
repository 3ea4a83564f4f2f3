import type { ChatMessagesProps } from "./ChatMessages.tsx";
import { ChatScope } from "./ChatScope.tsx";
import { deferred, InPlace } from "./deferred.tsx";

const Loaded = deferred(async () => ({ default: (await import("./ChatMessages.tsx")).ChatMessages }));

/** An open conversation as hosts import it: header, messages, composer. What draws it is loaded when one is shown. */
export function ChatMessages(props: ChatMessagesProps) {
  return (
    <ChatScope>
      <InPlace of={Loaded} {...props} />
    </ChatScope>
  );
}
