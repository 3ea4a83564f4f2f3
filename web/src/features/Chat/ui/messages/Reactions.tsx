import type { Message } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { cn } from "../kit/cn.ts";
import { useScene } from "./scene.ts";

/** Names that the tooltip of a reaction says; beyond them it says how many more. */
const NAMES_SHOWN = 5;

/** Reactions as chips with their counts; a press puts the user's own or takes it back. */
export function Reactions({ message, isActive }: { message: Message; isActive: boolean }) {
  const { t } = useText();
  const { actions, face, me } = useScene();
  const reactions = message.reactions ?? [];
  if (reactions.length === 0) return null;
  return (
    <div className="uc:mt-1 uc:flex uc:flex-wrap uc:gap-1">
      {reactions.map(({ emoji, count, user_ids }) => {
        const isMine = me !== null && user_ids.includes(me);
        const names = user_ids.slice(0, NAMES_SHOWN).map((id) => face(id).name);
        const more = count - names.length;
        return (
          <button
            key={emoji}
            type="button"
            tabIndex={isActive ? 0 : -1}
            aria-pressed={isMine}
            aria-label={t("messages.reaction", { emoji, count })}
            title={more > 0 ? `${names.join(", ")} +${more}` : names.join(", ")}
            onClick={() => actions.react(message, emoji)}
            className={cn(
              "uc:inline-flex uc:h-6 uc:items-center uc:gap-1 uc:rounded-full uc:border uc:px-2 uc:text-xs uc:tabular-nums",
              isMine
                ? "uc:border-primary uc:bg-accent uc:text-foreground"
                : "uc:bg-background uc:text-foreground",
            )}
          >
            <span aria-hidden="true">{emoji}</span>
            {count}
          </button>
        );
      })}
    </div>
  );
}
