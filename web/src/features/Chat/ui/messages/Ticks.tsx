import { Check, CheckCheck, Clock3 } from "lucide-react";
import { useText } from "../../model/useText.ts";

/** How far an own message has got: under way, with the server, read by somebody. */
export type Progress = "queued" | "sending" | "sent" | "read";

const SHOWN = {
  queued: { icon: Clock3, text: "messages.progressQueued" },
  sending: { icon: Clock3, text: "messages.progressSending" },
  sent: { icon: Check, text: "messages.progressSent" },
  read: { icon: CheckCheck, text: "messages.progressRead" },
} as const;

/** A clock, one tick or two ticks, and the same in words. */
export function Ticks({ progress }: { progress: Progress }) {
  const { t } = useText();
  const { icon: Icon, text } = SHOWN[progress];
  const label = t(text);
  return (
    <span role="img" aria-label={label} title={label} data-progress={progress} className="uc:inline-flex">
      <Icon aria-hidden="true" className="uc:size-3.5" />
    </span>
  );
}
