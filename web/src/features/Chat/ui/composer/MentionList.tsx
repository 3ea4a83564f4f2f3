import type { UserId } from "../../lib/types.ts";
import { useText } from "../../model/useText.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { cn } from "../kit/cn.ts";

/** Somebody who can be mentioned. */
export interface Candidate {
  readonly userId: UserId;
  readonly name: string;
  readonly initials: string;
  readonly avatar: string | null;
}

export interface MentionListProps {
  id: string;
  people: readonly Candidate[];
  active: number;
  onPick: (person: Candidate) => void;
}

/** The people that fit what is written behind `@`; the focus stays in the text. */
export function MentionList({ id, people, active, onPick }: MentionListProps) {
  const { t } = useText();
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t("messages.mention")}
      className="uc:absolute uc:inset-x-2 uc:bottom-full uc:z-20 uc:mb-1 uc:max-h-56 uc:max-w-sm uc:overflow-y-auto uc:rounded-md uc:border uc:bg-background uc:p-1 uc:shadow-lg"
    >
      {people.map((person, index) => (
        <div
          key={person.userId}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          // On the way down: the press must not take the focus out of the text.
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(person);
          }}
          className={cn(
            "uc:flex uc:cursor-pointer uc:items-center uc:gap-2 uc:rounded-sm uc:px-2 uc:py-1",
            index === active && "uc:bg-muted",
          )}
        >
          <Avatar size="sm" initials={person.initials} seed={person.userId} src={person.avatar} />
          <span className="uc:truncate">{person.name}</span>
        </div>
      ))}
    </div>
  );
}
