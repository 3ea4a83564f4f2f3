// @vitest-environment jsdom
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Conversation } from "../../lib/types.ts";
import { row } from "../../model/testkit.ts";
import { inJsdom, PEOPLE, renderChat } from "../testing.tsx";
import { type HeaderStatusInput, useHeaderStatus } from "./useHeaderStatus.ts";

inJsdom();

const WITH_IVAN = row("p", { type: "private", other_user: { ...PEOPLE[1], is_online: false } as never });

function Line(facts: Pick<HeaderStatusInput, "isOffline"> & { conversation: Conversation }) {
  const { status, isOnline } = useHeaderStatus({ typing: [], nameOf: String, memberCount: 2, ...facts });
  return <p>{`${status}, ${isOnline}`}</p>;
}

test.each([
  [WITH_IVAN, false, "Приватный чат · Оффлайн, false"],
  [WITH_IVAN, true, "Приватный чат, undefined"],
  [row("g"), true, "Групповой чат · 2 участника, undefined"],
])("says who is there only while that is known", async (conversation, isOffline, words) => {
  await renderChat(<Line {...{ conversation, isOffline }} />);
  expect(await screen.findByText(words)).toBeTruthy();
});
