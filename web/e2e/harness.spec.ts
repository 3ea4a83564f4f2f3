/** What the other tests lean on: servers answer through a person's line, and nothing does when it is cut. */
import { expect, test } from "./support/test.ts";

for (const on of ["standalone", "cluster"] as const) {
  test.describe(on, () => {
    test.use({ on });

    test("requests and sockets pass a person's line, and stop when it is cut", async ({ seat, newcomer }) => {
      const anna = await newcomer("Anna");
      const { page, line } = await seat();
      const reach = (token: string) =>
        page.evaluate(async (token) => {
          const answer = await fetch("/api/auth/me/", {
            headers: { Authorization: `Bearer ${token}` },
          }).catch(() => null);
          const socket = new WebSocket(`/api/unet-chat/ws?token=${token}`);
          const first = await new Promise((heard) => {
            socket.onmessage = (frame) => heard(JSON.parse(frame.data).type);
            socket.onclose = (close) => heard(close.code);
          });
          return { rest: answer?.status ?? null, socket: first };
        }, token);

      expect(await reach(anna.tokens.access)).toEqual({ rest: 200, socket: "hello" });
      expect(line.opened.length).toBeGreaterThan(0);

      line.cut();
      expect(await reach(anna.tokens.access)).toEqual({ rest: null, socket: 1006 });

      line.mend();
      expect(await reach(anna.tokens.access)).toEqual({ rest: 200, socket: "hello" });
    });
  });
}
