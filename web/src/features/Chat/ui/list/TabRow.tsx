import { useText } from "../../model/useText.ts";
import { cn } from "../kit/cn.ts";
import { LIST_TABS, type ListTab } from "./rows.ts";

/** Which conversations to show: buttons of which one is pressed, because the list below stays one list. */
export function TabRow({ tab, onTab }: { tab: ListTab; onTab: (tab: ListTab) => void }) {
  const { t } = useText();
  return (
    <fieldset
      aria-label={t("list.tabs")}
      className="uc:flex uc:min-w-0 uc:shrink-0 uc:gap-1 uc:overflow-x-auto uc:px-3 uc:pb-2"
    >
      {LIST_TABS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === tab}
          onClick={() => onTab(each)}
          className={cn(
            "uc:shrink-0 uc:rounded-full uc:px-2 uc:py-1 uc:text-[0.8125rem]",
            each === tab
              ? "uc:bg-primary uc:text-primary-foreground"
              : "uc:bg-muted uc:text-muted-foreground",
          )}
        >
          {t(`list.${each}`)}
        </button>
      ))}
    </fieldset>
  );
}
