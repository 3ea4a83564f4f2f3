import { memo } from "react";
import type { Message } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { useScene } from "./scene.ts";

/** What happened to the conversation itself: said by nobody, in the middle of the line. */
export const SystemLine = memo(function SystemLine({ message }: { message: Message }) {
  const text = useSystemText(message);
  return (
    <p
      dir="auto"
      className="uc:mx-auto uc:max-w-md uc:py-1 uc:text-center uc:text-xs uc:text-muted-foreground"
    >
      {text}
    </p>
  );
});

/** A change of the conversation in the user's language; events of newer servers in the server's words. */
function useSystemText(message: Message): string {
  const { t } = useText();
  const { face } = useScene();
  const { event } = message;
  const name = face(message.sender_id).name;
  if (event === undefined || event === null) return message.text ?? "";
  switch (event.type) {
    case "added":
      return t("messages.systemAdded", { name, person: face(event.user_id).name });
    case "removed":
      return t("messages.systemRemoved", { name, person: face(event.user_id).name });
    case "left":
      return t("messages.systemLeft", { name });
    case "joined":
      return t("messages.systemJoined", { name });
    case "renamed":
      return t("messages.systemRenamed", { name, title: event.title ?? "" });
    default:
      return message.text ?? "";
  }
}
