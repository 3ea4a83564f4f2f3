import type { ReplyHead } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { useScene } from "./scene.ts";

/** What a message answers; a press shows it in its place. */
export function Quote({ reply, isActive }: { reply: ReplyHead; isActive: boolean }) {
  const { t } = useText();
  const { actions, face } = useScene();
  const text = reply.text ?? t("messages.deleted");
  return (
    <button
      type="button"
      tabIndex={isActive ? 0 : -1}
      onClick={() => actions.jump(reply)}
      aria-label={t("messages.jumpToQuote", { name: face(reply.sender_id).name, text })}
      className="uc:mb-1 uc:block uc:w-full uc:min-w-0 uc:rounded-sm uc:border-s-2 uc:border-primary uc:bg-background/60 uc:px-2 uc:py-1 uc:text-start uc:text-[0.8125rem]"
    >
      <span className="uc:block uc:truncate uc:font-semibold uc:text-primary">
        {face(reply.sender_id).name}
      </span>
      <span dir="auto" className="uc:block uc:truncate uc:opacity-80">
        {text}
      </span>
    </button>
  );
}
