import type { ReactElement } from "react";
import type { Message, Seq } from "../../lib/types.ts";
import { Menu, MenuItem } from "../kit/Menu.tsx";

export interface PinMenuProps {
  trigger: ReactElement;
  pins: readonly Message[];
  lineOf: (message: Message) => string;
  onJump: (seq: Seq) => void;
}

/** Everything that is pinned; loaded when somebody asks for it, and open at once. */
export default function PinMenu({ trigger, pins, lineOf, onJump }: PinMenuProps) {
  return (
    <Menu trigger={trigger} defaultOpen>
      <div className="uc:max-h-80 uc:max-w-72 uc:overflow-y-auto">
        {pins.map((message) => (
          <MenuItem key={message.id} onSelect={() => onJump(message.seq)}>
            <span dir="auto" className="uc:min-w-0 uc:truncate">
              {lineOf(message)}
            </span>
          </MenuItem>
        ))}
      </div>
    </Menu>
  );
}
