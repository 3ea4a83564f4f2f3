import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Connection } from "./connection.ts";
import type { ServerFrame } from "./frames.ts";
import { FakeClock, settled } from "./testing/clock.ts";
import { HandServer, HandSignals, HandTokens } from "./testing/socket.ts";

const ME = 1;
const URL = "wss://chat.test/api/unet-chat/ws";

function world() {
  const clock = new FakeClock();
  const server = new HandServer();
  const tokens = new HandTokens();
  const signals = new HandSignals();
  const told: (ServerFrame | "hello" | "lost")[] = [];
  const ports = { url: URL, tokens, openSocket: server.open, clock, random: () => 0.5, signals };
  const connection = new Connection(ports, {
    onHello: () => told.push("hello"),
    onFrame: (frame) => told.push(frame),
    onLost: () => told.push("lost"),
  });
  const state = () => connection.state.getSnapshot();
  return { clock, server, tokens, signals, told, connection, state };
}

describe("a connection", () => {
  let at: ReturnType<typeof world>;
  beforeEach(async () => {
    at = world();
    at.connection.start(ME);
    await settled();
  });
  afterEach(() => at.connection.stop());

  it("shows the token in its first frame and never in the address", () => {
    expect(at.state()).toEqual({ name: "connecting", attempt: 1 });
    at.server.last.greet(ME);
    expect(at.server.last.url).toBe(URL);
    expect(at.server.last.sent).toEqual([{ type: "auth", payload: { token: "token-1" } }]);
    expect(at.state()).toEqual({ name: "online" });
    expect(at.told).toEqual(["hello"]);
  });

  it("gives up a socket that does not say hello in time, and hears nothing of it any more", async () => {
    const silent = at.server.last;
    silent.accept();
    await at.clock.pass(10_000);
    expect(silent.closedWith).toBe(4000);
    expect(at.state()).toMatchObject({ name: "waiting", attempt: 1 });
    silent.greet(ME);
    expect(at.told).toEqual([]);
    await at.clock.pass(500);
    expect(at.server.sockets).toHaveLength(2);
  });

  it("waits longer after each failure, up to half a minute", async () => {
    const pauses: number[] = [];
    for (let failure = 1; failure <= 7; failure += 1) {
      at.server.last.close(1006);
      const state = at.state();
      if (state.name !== "waiting") throw new Error(state.name);
      const pause = state.retryAt - at.clock.now();
      pauses.push(pause);
      await at.clock.pass(pause);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  it("never comes back sooner than it was asked to, and then not with everybody else", () => {
    at.server.last.greet(ME);
    at.server.last.close(1012, '{"code":"restart","reconnect_after_ms":7000}');
    expect(at.state()).toMatchObject({ name: "waiting", retryAt: at.clock.now() + 7_500 });
    expect(at.told).toEqual(["hello", "lost"]);
  });

  it("counts a socket that lasts as a success, and one that does not as a failure", async () => {
    at.server.last.greet(ME);
    at.server.last.close(4503);
    expect(at.state()).toMatchObject({ attempt: 1 });
    await at.clock.pass(500);
    at.server.last.greet(ME);
    at.server.last.close(4503);
    expect(at.state()).toMatchObject({ attempt: 2 });
    await at.clock.pass(1_000);
    at.server.last.greet(ME);
    await at.clock.pass(5_000);
    at.server.last.close(4503);
    expect(at.state()).toMatchObject({ attempt: 1 });
  });

  it("is done when the server is", async () => {
    at.server.last.greet(ME);
    at.server.last.close(1000);
    expect(at.state()).toEqual({ name: "idle" });
    await at.clock.pass(60_000);
    expect(at.server.sockets).toHaveLength(1);
  });

  it("renews a refused token and shows the new one", async () => {
    at.server.last.accept();
    at.server.last.close(4401);
    await settled();
    expect(at.tokens.refused).toEqual(["token-1"]);
    at.server.last.accept();
    expect(at.server.last.of("auth")).toEqual([{ token: "token-2" }]);
  });

  it("is signed out when the renewed token is refused too, until somebody signs in", async () => {
    for (let refusal = 0; refusal < 2; refusal += 1) {
      at.server.last.accept();
      at.server.last.close(4401);
      await settled();
    }
    expect(at.state()).toEqual({ name: "signed-out" });
    expect(at.tokens.refused).toHaveLength(1);
    at.tokens.change("token-3");
    await settled();
    at.server.last.greet(ME);
    expect(at.server.last.of("auth")).toEqual([{ token: "token-3" }]);
    expect(at.state()).toEqual({ name: "online" });
  });

  it("asks for another token again when a break lies between two refusals", async () => {
    at.server.last.close(4401);
    await settled();
    at.server.last.close(1006);
    await at.clock.pass(1_000);
    at.server.last.close(4401);
    await settled();
    expect(at.tokens.refused).toEqual(["token-1", "token-2"]);
  });

  it("tries later when the renewal itself fails", async () => {
    at.tokens.fresh = undefined;
    at.server.last.close(4401);
    await settled();
    expect(at.state()).toMatchObject({ name: "waiting" });
  });

  it("is signed out when there is no token, or when it is somebody else's", async () => {
    at.server.last.greet(2);
    expect(at.state()).toEqual({ name: "signed-out" });
    expect(at.told).toEqual([]);
    at.tokens.token = null;
    at.connection.start(ME);
    await settled();
    expect(at.state()).toEqual({ name: "signed-out" });
  });

  it("shows a fresh token in place when the one in use runs out", async () => {
    at.server.last.greet(ME);
    at.server.last.say({ type: "auth:expiring", payload: { expires_at: "" } });
    at.server.last.say({ type: "auth:expiring", payload: { expires_at: "" } });
    await settled();
    expect(at.server.last.of("auth")).toEqual([{ token: "token-1" }, { token: "token-2" }]);
    expect(at.tokens.refused).toEqual(["token-1"]);
    expect(at.state()).toEqual({ name: "online" });
  });

  it("asks for a sign of life after a silence, and gives up without one", async () => {
    at.server.last.greet(ME, 20_000);
    await at.clock.pass(15_000);
    at.server.last.say({ type: "sync", payload: { conversation_id: "c", head: 1 } });
    await at.clock.pass(19_999);
    expect(at.server.last.count("ping")).toBe(0);
    await at.clock.pass(1);
    expect(at.server.last.count("ping")).toBe(1);
    at.server.last.say({ type: "pong", payload: { server_time: "" } });
    await at.clock.pass(20_000);
    expect(at.server.last.count("ping")).toBe(2);
    await at.clock.pass(9_999);
    expect(at.state()).toEqual({ name: "online" });
    await at.clock.pass(1);
    expect(at.state()).toMatchObject({ name: "waiting" });
    expect(at.server.last.closedWith).toBe(4000);
    expect(at.told.at(-1)).toBe("lost");
  });

  it("looks after the socket when the page comes back into sight", async () => {
    at.server.last.greet(ME);
    at.signals.tell("visible");
    expect(at.server.last.count("ping")).toBe(1);
    await at.clock.pass(4_000);
    expect(at.state()).toMatchObject({ name: "waiting" });
    at.signals.tell("visible");
    await settled();
    expect(at.server.sockets).toHaveLength(2);
  });

  it("waits for the network while there is none, and tries at once when it is back", async () => {
    at.signals.tell("offline");
    at.server.last.close(1006);
    expect(at.state()).toEqual({ name: "offline" });
    await at.clock.pass(120_000);
    expect(at.server.sockets).toHaveLength(1);
    at.signals.tell("online");
    await settled();
    expect(at.server.sockets).toHaveLength(2);
  });

  it("says that the network is away while the old socket is still open, and keeps it when it answers", async () => {
    at.server.last.greet(ME);
    at.signals.tell("offline");
    expect(at.state()).toEqual({ name: "offline" });
    // What still comes in is taken, and is no network.
    at.server.last.say({ type: "pong", payload: { server_time: "" } });
    expect(at.told.at(-1)).toMatchObject({ type: "pong" });
    expect(at.state()).toEqual({ name: "offline" });
    at.signals.tell("online");
    expect(at.state()).toEqual({ name: "connecting", attempt: 1 });
    expect(at.server.last.count("ping")).toBe(2);
    at.server.last.say({ type: "pong", payload: { server_time: "" } });
    expect(at.state()).toEqual({ name: "online" });
    await at.clock.pass(20_000);
    expect(at.server.sockets).toHaveLength(1);
    expect(at.told).not.toContain("lost");
  });

  it("leaves a socket that a break of the network has killed, and comes back once the network does", async () => {
    at.server.last.greet(ME);
    at.signals.tell("offline");
    await at.clock.pass(4_000);
    expect(at.server.last.closedWith).toBe(4000);
    expect(at.state()).toEqual({ name: "offline" });
    expect(at.told.at(-1)).toBe("lost");
    await at.clock.pass(120_000);
    expect(at.server.sockets).toHaveLength(1);
    at.signals.tell("online");
    await settled();
    at.server.last.greet(ME);
    expect(at.server.sockets).toHaveLength(2);
    expect(at.state()).toEqual({ name: "online" });
  });

  it("gives a silent socket up when the network is back, and opens another", async () => {
    at.server.last.greet(ME);
    at.signals.tell("offline");
    at.signals.tell("online");
    await at.clock.pass(4_000);
    expect(at.state()).toMatchObject({ name: "waiting" });
    await at.clock.pass(1_000);
    expect(at.server.sockets).toHaveLength(2);
  });

  it("does not open a second socket when the user tries again while the old one may live", async () => {
    at.server.last.greet(ME);
    at.signals.tell("offline");
    at.connection.retryNow();
    await settled();
    expect(at.server.sockets).toHaveLength(1);
  });

  it("tries at once when the user says so", async () => {
    at.server.last.close(1006);
    at.connection.retryNow();
    await settled();
    expect(at.server.sockets).toHaveLength(2);
    await at.clock.pass(5_000);
    expect(at.server.sockets).toHaveLength(2);
  });

  it("says goodbye when it is stopped, and stays away", async () => {
    at.server.last.greet(ME);
    at.connection.stop();
    expect(at.server.last.closedWith).toBe(1000);
    at.server.last.close(1006);
    at.signals.tell("online");
    await at.clock.pass(60_000);
    expect(at.server.sockets).toHaveLength(1);
    expect(at.connection.send({ type: "ping" })).toBe(false);
  });

  it("goes on when a frame makes no sense", () => {
    at.server.last.greet(ME);
    for (const text of ["", "null", "[]", '{"type":1}', '{"type":"sync"}']) at.server.last.text(text);
    expect(at.told).toEqual(["hello"]);
    const before = at.state();
    at.server.last.text('{"type":"from the future","payload":{}}');
    expect(at.told).toHaveLength(2);
    // Nobody who watches the state is woken by a frame.
    expect(at.state()).toBe(before);
  });
});
