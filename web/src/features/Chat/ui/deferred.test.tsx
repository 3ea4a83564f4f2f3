// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Deferred, deferred, InPlace } from "./deferred.tsx";
import { renderWithTexts } from "./testing.tsx";
import { waitingToasts } from "./toast/toast.ts";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  waitingToasts.take();
});

const FAILED = "Не удалось загрузить эту часть чата. Если это повторится, обновите страницу.";

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

test("a part that takes another's place is loaded as well, and comes", async () => {
  let arrive: (module: { default: typeof Hello }) => void = () => undefined;
  const late = new Promise<{ default: typeof Hello }>((resolve) => {
    arrive = resolve;
  });
  const [First, Second] = [deferred(async () => ({ default: Hello })), deferred(() => late)];
  const slot = (of: typeof First, name: string) => <Deferred {...{ of, name }} onUnavailable={vi.fn()} />;
  const { rerender } = await renderWithTexts(slot(First, "Аня"));
  await screen.findByText("Привет, Аня");
  rerender(slot(Second, "Борис"));
  expect(screen.queryByText(/Привет/)).toBeNull();
  arrive({ default: Hello });
  await screen.findByText("Привет, Борис");
  rerender(slot(First, "Вера"));
  screen.getByText("Привет, Вера");
});

test("without a network it says so, breaks nothing, and is loaded by the next press", async () => {
  const load = vi.fn(async () => ({ default: Hello }));
  load.mockRejectedValueOnce(new TypeError("Failed to fetch dynamically imported module"));
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const Part = deferred(load);
  const onUnavailable = vi.fn();
  await renderWithTexts(<Deferred of={Part} name="Аня" onUnavailable={onUnavailable} />);
  await waitFor(() => expect(onUnavailable).toHaveBeenCalledOnce());
  expect(waitingToasts.getSnapshot()).toEqual([{ kind: "error", text: "Нет подключения к чату" }]);
  cleanup();
  await renderWithTexts(<Deferred of={Part} name="Аня" onUnavailable={onUnavailable} />);
  expect(await screen.findByText("Привет, Аня")).toBeTruthy();
});

test("with a network, a part of a version that is gone is told apart from a network that is away", async () => {
  const Part = deferred<{ name: string }>(() => Promise.reject(new TypeError("Failed to fetch")));
  const onUnavailable = vi.fn();
  await renderWithTexts(<Deferred of={Part} name="Аня" onUnavailable={onUnavailable} />);
  await waitFor(() => expect(onUnavailable).toHaveBeenCalledOnce());
  expect(waitingToasts.getSnapshot()).toEqual([{ kind: "error", text: FAILED }]);
});

test("a host that swallows the bundler's error leaves no part behind that never comes", async () => {
  const swallowed = undefined as unknown as { default: typeof Hello };
  const load = vi.fn(async () => ({ default: Hello }));
  load.mockResolvedValueOnce(swallowed);
  const Part = deferred(load);
  await expect(Part.load()).rejects.toThrow(TypeError);
  await Part.load();
  expect(Part.current()).toBe(Hello);
});

test("what no press opens says in its place that it did not come, and comes when asked again", async () => {
  const load = vi.fn(async () => ({ default: Hello }));
  load.mockRejectedValueOnce(new TypeError("Failed to fetch dynamically imported module"));
  await renderWithTexts(<InPlace of={deferred(load)} name="Аня" fallback={<i>ещё нет</i>} />);
  expect((await screen.findByRole("alert")).textContent).toContain(FAILED);
  expect(screen.queryByText("ещё нет")).toBeNull();
  expect(screen.queryByRole("button", { name: "Обновить страницу" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Повторить" }));
  expect(await screen.findByText("Привет, Аня")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(load).toHaveBeenCalledTimes(2);
});

test("after a second failure the page can be loaded anew, and the words stand where they are put", async () => {
  const load = vi.fn(() => Promise.reject(new TypeError("Failed to fetch dynamically imported module")));
  await renderWithTexts(
    <ul>
      <InPlace
        of={deferred<{ name: string }>(load)}
        name="Аня"
        whenFailed={(words) => [<li key="a">А</li>, <li key="b">{words}</li>]}
      />
    </ul>,
  );
  fireEvent.click(await screen.findByRole("button", { name: "Повторить" }));
  expect(await screen.findByRole("button", { name: "Обновить страницу" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Повторить" }).getAttribute("aria-busy")).toBe("false");
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
  expect(load).toHaveBeenCalledTimes(2);
});
