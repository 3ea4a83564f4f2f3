// @vitest-environment jsdom
import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Deferred, deferred } from "./deferred.tsx";
import { renderWithTexts } from "./testkit.tsx";
import { waitingToasts } from "./toast/toast.ts";

afterEach(() => {
  cleanup();
  waitingToasts.take();
});

const Hello = ({ name }: { name: string }) => <p>Привет, {name}</p>;

test("is loaded once, when it is first shown, and what stands in for it goes", async () => {
  const load = vi.fn(async () => ({ default: Hello }));
  const Part = deferred(load);
  expect(load).not.toHaveBeenCalled();
  await renderWithTexts(
    <Deferred of={Part} name="Аня" fallback={<i>ещё нет</i>} onUnavailable={() => undefined} />,
  );
  expect(await screen.findByText("Привет, Аня")).toBeTruthy();
  expect(screen.queryByText("ещё нет")).toBeNull();
  cleanup();
  await renderWithTexts(<Deferred of={Part} name="Борис" onUnavailable={() => undefined} />);
  expect(screen.getByText("Привет, Борис")).toBeTruthy();
  expect(load).toHaveBeenCalledOnce();
});

test("without a network it says so, breaks nothing, and is loaded by the next press", async () => {
  const load = vi.fn(async () => ({ default: Hello }));
  load.mockRejectedValueOnce(new TypeError("Failed to fetch dynamically imported module"));
  const Part = deferred(load);
  const onUnavailable = vi.fn();
  await renderWithTexts(<Deferred of={Part} name="Аня" onUnavailable={onUnavailable} />);
  await vi.waitFor(() => expect(onUnavailable).toHaveBeenCalledOnce());
  expect(waitingToasts.getSnapshot()).toEqual([{ kind: "error", text: "Нет подключения к чату" }]);
  cleanup();
  await renderWithTexts(<Deferred of={Part} name="Аня" onUnavailable={onUnavailable} />);
  expect(await screen.findByText("Привет, Аня")).toBeTruthy();
});
