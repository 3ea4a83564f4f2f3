import { createRoot } from "react-dom/client";
import {
  ChatContainer,
  ChatProvider,
  type ChatRuntime,
  ChatScope,
  chooseLocale,
  createChatRuntime,
} from "../features/Chat/index.ts";
import type { Tell } from "./events.ts";
import { HostEvents } from "./HostEvents.tsx";
import { HostSession } from "./session.ts";
import type { Settings, Theme } from "./settings.ts";
import { adoptStyles } from "./sheets.ts";

/** The chat in an element. */
export interface Mounted {
  /** Reads the attributes again. */
  update(): void;
  /** Asks the page for its token again: it has another one. */
  renounceToken(): void;
  /** Takes the chat out and closes its socket at once. */
  unmount(): void;
}

/** Draws the chat into a shadow root. */
export function mount(element: HTMLElement & Settings, root: ShadowRoot, tell: Tell): Mounted {
  const session = new HostSession(element, (error) =>
    tell("unet-chat:error", { code: "token_provider", message: String(error) }),
  );
  const runtime = createChatRuntime({ baseUrl: element.baseUrl, session, storage: element.storage });
  adoptStyles(root);
  import("./lateSheets.ts")
    .then(({ adoptLate }) => adoptLate(root))
    .catch((error: unknown) => tell("unet-chat:error", { code: "load", message: String(error) }));
  const seam = document.createElement("div");
  seam.className = "seam";
  root.replaceChildren(seam);
  const react = createRoot(seam);
  const update = () => react.render(<Chat element={element} runtime={runtime} tell={tell} />);
  update();
  return {
    update,
    renounceToken: () => session.renounce(),
    unmount() {
      react.unmount();
      runtime.stop();
      seam.remove();
    },
  };
}

interface ChatProps {
  element: HTMLElement & Settings;
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
function localeOf(element: HTMLElement & Settings) {
  const around = element.closest<HTMLElement>("[lang]")?.lang;
  return chooseLocale(
    [element.locale, around, ...navigator.languages].filter((tag) => typeof tag === "string"),
  );
}
