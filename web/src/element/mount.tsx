import { createRoot } from "react-dom/client";
import {
  ChatContainer,
  ChatProvider,
  type ChatRuntime,
  ChatScope,
  chooseLocale,
  createChatRuntime,
} from "../features/Chat/index.ts";
import type { Theme, UnetChatElement } from "./element.ts";
import type { Tell } from "./events.ts";
import { HostEvents } from "./HostEvents.tsx";
import type { HostSession } from "./session.ts";
import { adoptStyles } from "./sheets.ts";

/** The chat in an element. */
export interface Mounted {
  /** Reads the attributes again. */
  update(): void;
  /** Takes the chat out and closes its socket at once. */
  unmount(): void;
}

/** Draws the chat into a shadow root. */
export function mount(
  element: UnetChatElement,
  root: ShadowRoot,
  session: HostSession,
  tell: Tell,
): Mounted {
  const runtime = createChatRuntime({ baseUrl: element.baseUrl, session, storage: element.storage });
  adoptStyles(root);
  const seam = document.createElement("div");
  seam.className = "seam";
  root.replaceChildren(seam);
  const react = createRoot(seam);
  const update = () => react.render(<Chat element={element} runtime={runtime} tell={tell} />);
  update();
  return {
    update,
    unmount() {
      react.unmount();
      runtime.stop();
      seam.remove();
    },
  };
}

interface ChatProps {
  element: UnetChatElement;
  runtime: ChatRuntime;
  tell: Tell;
}

function Chat({ element, runtime, tell }: ChatProps) {
  return (
    <ChatProvider runtime={runtime}>
      <HostEvents tell={tell} />
      <ChatScope locale={localeOf(element)} theme={THEMES[element.theme]}>
        <ChatContainer
          selectedId={element.conversationId}
          onSelect={(id) => {
            element.conversationId = id;
          }}
        />
      </ChatScope>
    </ChatProvider>
  );
}

const THEMES = { light: "light", dark: "dark", auto: "system" } as const satisfies Record<Theme, string>;

/** As the element says, else the page around it, else the browser. */
function localeOf(element: UnetChatElement) {
  const around = element.closest<HTMLElement>("[lang]")?.lang;
  return chooseLocale([element.locale, around, ...navigator.languages].filter((tag) => typeof tag === "string"));
}
