import { type KeyboardEvent, type RefObject, useId, useState } from "react";
import type { Candidate } from "./MentionList.tsx";
import { matchPeople, mentionAt, type PickedPerson } from "./mentions.ts";

/** People that the list shows at once; more are found by writing on. */
const MOST_SHOWN = 8;

export interface MentionsInput {
  text: string;
  people: readonly Candidate[];
  field: RefObject<HTMLTextAreaElement | null>;
  onText: (text: string) => void;
}

/** The list of names under `@`: which are shown, which is chosen by the arrow keys, and what picking one writes. */
export function useMentions({ text, people, field, onText }: MentionsInput) {
  const id = useId();
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const [picked, setPicked] = useState<readonly PickedPerson[]>([]);
  const at = mentionAt(text, caret);
  const shown =
    at === null || at.start === closedAt ? [] : matchPeople(people, at.query).slice(0, MOST_SHOWN);
  const isOpen = shown.length > 0;
  const active = Math.min(chosen, shown.length - 1);

  const pick = (person: Candidate) => {
    if (at === null) return;
    const before = `${text.slice(0, at.start)}@${person.name} `;
    setPicked((all) => [...all, { userId: person.userId, name: person.name }]);
    setCaret(before.length);
    setChosen(0);
    onText(before + text.slice(caret));
    // After the text is in the field.
    requestAnimationFrame(() => field.current?.setSelectionRange(before.length, before.length));
  };

  /** Whether the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen || at === null) return false;
    const person = shown[active];
    if (event.key === "ArrowDown") setChosen((active + 1) % shown.length);
    else if (event.key === "ArrowUp") setChosen((active + shown.length - 1) % shown.length);
    else if ((event.key === "Enter" || event.key === "Tab") && person !== undefined) pick(person);
    else if (event.key === "Escape") setClosedAt(at.start);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };

  // A field of several lines may not be a `combobox`; these say the same of it.
  const listed = {
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-controls": isOpen ? id : undefined,
    "aria-activedescendant": isOpen ? `${id}-${active}` : undefined,
  } as const;

  const onCaret = () => setCaret(field.current?.selectionStart ?? 0);
  const forget = () => setPicked([]);
  return { id, isOpen, shown, active, picked, pick, forget, onKeyDown, onCaret, listed };
}
