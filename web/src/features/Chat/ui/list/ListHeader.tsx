import { Plus, Search, X } from "lucide-react";
import type { KeyboardEvent } from "react";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Input } from "../kit/Input.tsx";

export interface ListHeaderProps {
  query: string;
  onQuery: (query: string) => void;
  onCreate: () => void;
  /** Down from the field goes into the list. */
  onGoToList: () => void;
}

/** The search field over the list, and the button for a new conversation. */
export function ListHeader({ query, onQuery, onCreate, onGoToList }: ListHeaderProps) {
  const { t } = useText();
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      onGoToList();
    } else if (event.key === "Escape" && query !== "") {
      event.preventDefault();
      onQuery("");
    }
  }
  return (
    <div className="uc:flex uc:items-center uc:gap-2 uc:p-3 uc:pb-2">
      <div className="uc:relative uc:flex uc:min-w-0 uc:flex-1 uc:items-center">
        <Search
          aria-hidden="true"
          className="uc:pointer-events-none uc:absolute uc:start-2.5 uc:size-4 uc:text-muted-foreground"
        />
        <Input
          type="text"
          inputMode="search"
          role="searchbox"
          aria-label={t("list.searchLabel")}
          placeholder={t("list.search")}
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          onKeyDown={onKeyDown}
          className="uc:ps-8 uc:pe-8"
        />
        {query !== "" && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={t("list.clearSearch")}
            onClick={() => onQuery("")}
            className="uc:absolute uc:end-1"
          >
            <X aria-hidden="true" />
          </Button>
        )}
      </div>
      <Button
        variant="outline"
        size="icon"
        aria-label={t("list.create")}
        title={t("list.create")}
        onClick={onCreate}
      >
        <Plus aria-hidden="true" />
      </Button>
    </div>
  );
}
