import { ArrowDown } from "lucide-react";
import { useText } from "../../model/useText.ts";

/** Leads back to the newest message; says how many have come since one was there. */
export function ToEnd({ count, onPress }: { count: number; onPress: () => void }) {
  const { t } = useText();
  return (
    <button
      type="button"
      onClick={onPress}
      aria-label={count > 0 ? t("messages.newBelow", { count }) : t("messages.toEnd")}
      className="uc:absolute uc:end-4 uc:bottom-3 uc:z-10 uc:inline-flex uc:h-9 uc:min-w-9 uc:items-center uc:justify-center uc:gap-1.5 uc:rounded-full uc:border uc:bg-background uc:px-2.5 uc:text-sm uc:font-medium uc:shadow-md"
    >
      {count > 0 && <span>{t("messages.newBelow", { count })}</span>}
      <ArrowDown aria-hidden="true" className="uc:size-4" />
    </button>
  );
}
