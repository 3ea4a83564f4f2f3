import { describe, expect, it } from "vitest";
import type { ClientFrame } from "./frames.ts";
import { ReadMarks } from "./read-marks.ts";
import { FakeClock } from "./testing/clock.ts";
import { TypingSender } from "./typing.ts";
import { Typists } from "./typists.ts";

function payloadOf(frame: ClientFrame): unknown {
  return "payload" in frame ? frame.payload : undefined;
}

function wire() {
  const clock = new FakeClock();
  const sent: unknown[] = [];
  const net = { online: true };
  const send = (frame: ClientFrame) => {
    if (net.online) sent.push(frame.type === "typing" ? frame.payload.is_typing : payloadOf(frame));
    return net.online;
  };
  return { clock, sent, net, send };
}

describe("saying that the user writes", () => {
  it("happens once in three seconds, and once at the end", async () => {
    const { clock, sent, send } = wire();
    const typing = new TypingSender(clock, send);
    typing.set("c", false);
    for (let key = 0; key < 7; key += 1) {
      typing.set("c", true);
      await clock.pass(1_000);
    }
    typing.set("c", false);
    typing.set("c", false);
    expect(sent).toEqual([true, true, true, false]);
  });

  it("needs no end when the message is sent, and begins anew on a new socket", () => {
    const { clock, sent, send } = wire();
    const typing = new TypingSender(clock, send);
    typing.set("c", true);
    typing.onSent("c");
    typing.set("c", false);
    typing.reset();
    typing.set("c", true);
    expect(sent).toEqual([true, true]);
  });
});

describe("saying what was read", () => {
  const at = (seq: number) => ({ conversation_id: "c", seq });

  it("gathers what comes right after, and never goes back", async () => {
    const { clock, sent, send } = wire();
    const marks = new ReadMarks(clock, send);
    for (const seq of [3, 4, 6, 5]) marks.mark("c", seq);
    expect(sent).toEqual([at(3)]);
    await clock.pass(500);
    expect(sent).toEqual([at(3), at(6)]);
    await clock.pass(5_000);
    expect(sent).toHaveLength(2);
  });

  it("is said again after a break unless the server has confirmed it", async () => {
    const { clock, sent, net, send } = wire();
    const marks = new ReadMarks(clock, send);
    marks.mark("c", 3);
    net.online = false;
    await clock.pass(1_000);
    marks.mark("c", 5);
    net.online = true;
    marks.onHello();
    expect(sent).toEqual([at(3), at(5)]);
    await clock.pass(1_000);
    marks.onHello();
    await clock.pass(1_000);
    expect(sent).toEqual([at(3), at(5), at(5)]);
    marks.onConfirmed("c", 5);
    marks.onHello();
    expect(sent).toHaveLength(3);
  });
});

describe("those who write", () => {
  it("are forgotten when nothing more is heard of them", async () => {
    const clock = new FakeClock();
    const over: number[] = [];
    const typists = new Typists(clock, (user) => over.push(user));
    typists.begin(2, 6_000);
    await clock.pass(4_000);
    typists.begin(2, 6_000);
    typists.begin(3, 6_000);
    await clock.pass(4_000);
    expect(typists.list()).toEqual([2, 3]);
    typists.end(3);
    await clock.pass(2_000);
    expect(typists.list()).toEqual([]);
    expect(over).toEqual([2]);
  });
});
