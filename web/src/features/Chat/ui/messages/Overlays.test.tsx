// @vitest-environment jsdom
import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ComponentType, useState } from "react";
import { expect, test, vi } from "vitest";
import { message } from "../../model/testkit.ts";
import { ChatRoot } from "../kit/root.tsx";
import { inJsdom, renderWithTexts } from "../testing.tsx";
import { Overlays } from "./Overlays.tsx";
import { type MessageActions, SceneProvider } from "./scene.ts";
import { buildTimeline } from "./timeline.ts";
import type { Overlay } from "./useMessageActions.ts";

inJsdom();

/** Lets the question whether to delete come. */
const slow = vi.hoisted((): { arrive: () => void } => ({ arrive: () => undefined }));

/** Stands between a part and its import: the question comes when the test says so. */
vi.mock("../deferred.tsx", async (original) => {
  const real = await original<typeof import("../deferred.tsx")>();
  const late = new Promise<void>((resolve) => {
    slow.arrive = resolve;
  });
  return {
    ...real,
    deferred: <P extends object>(fetch: () => Promise<{ default: ComponentType<P> }>) =>
      real.deferred<P>(async () => {
        if (fetch.toString().includes("RemoveDialog")) await late;
        return fetch();
      }),
  };
});

const SAID = message("c", 1, { text: "Привет" });
const ROWS = buildTimeline({ messages: [SAID], pending: [], me: SAID.sender_id, unreadFrom: null });
const KEY = ROWS.find(({ kind }) => kind === "message")?.key ?? "";

/** A message whose menu is open, as the pane of messages has it. */
function Pane({ onRemove }: { onRemove: () => void }) {
  const anchor = document.body;
  const [overlay, setOverlay] = useState<Overlay | null>({ kind: "menu", key: KEY, anchor });
  const remove: MessageActions["remove"] = (removed) => setOverlay({ kind: "remove", message: removed });
  const face = () => ({ name: "Айбек", initials: "А", avatar: null });
  return (
    <SceneProvider
      value={{ me: SAID.sender_id, isGroup: false, face, actions: { remove } as MessageActions }}
    >
      <Overlays
        overlay={overlay}
        rows={ROWS}
        canPin
        onClose={() => setOverlay((now) => (now === overlay ? null : now))}
        onRemove={onRemove}
      />
    </SceneProvider>
  );
}

test("what a menu asks comes also when it is loaded after the menu has gone", async () => {
  const onRemove = vi.fn();
  await renderWithTexts(
    <ChatRoot theme="light" locale="ru">
      <Pane onRemove={onRemove} />
    </ChatRoot>,
  );
  const user = userEvent.setup();
  await user.click(await screen.findByRole("menuitem", { name: "Удалить" }));
  expect(screen.queryByRole("alertdialog")).toBeNull();
  await act(async () => slow.arrive());
  await screen.findByRole("alertdialog");
  await user.click(screen.getByRole("button", { name: "Удалить" }));
  expect(onRemove).toHaveBeenCalledWith(SAID);
});
