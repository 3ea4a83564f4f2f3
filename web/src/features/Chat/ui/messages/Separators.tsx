import { useText } from "../../model/useText.ts";
import { dayLabel } from "./when.ts";

/** "Today", "Yesterday" or the date, above the first message of a day. */
export function DaySeparator({ day, today }: { day: number; today: number }) {
  const { locale } = useText();
  return (
    <div className="uc:flex uc:justify-center uc:pt-4 uc:pb-2">
      <time
        dateTime={new Date(day).toISOString()}
        className="uc:rounded-full uc:bg-muted uc:px-3 uc:py-0.5 uc:text-xs uc:font-medium uc:text-muted-foreground"
      >
        {dayLabel(day, today, locale)}
      </time>
    </div>
  );
}

/** Where the user had read up to when the conversation was opened. */
export function UnreadDivider() {
  const { t } = useText();
  return (
    <div className="uc:flex uc:items-center uc:gap-3 uc:pt-3 uc:pb-2 uc:text-xs uc:font-medium uc:text-primary">
      <span aria-hidden="true" className="uc:h-px uc:flex-1 uc:bg-primary/40" />
      {t("messages.unread")}
      <span aria-hidden="true" className="uc:h-px uc:flex-1 uc:bg-primary/40" />
    </div>
  );
}
