import { expect, test } from "./support/test.ts";

const LIST = /\/api\/unet-chat\/conversations\/\?/;

test("once the socket is there the list is asked for again, and comes again only when it has changed", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const { id } = await anna.talkTo(boris);
  await boris.send(id, "привет");
  const { page } = await seat({ as: anna });
  await expect(page.getByText("привет")).toBeVisible();

  // What came over the line: to the page itself, what the browser had already looks like an answer like any other.
  const line = await page.context().newCDPSession(page);
  const lists = new Set<string>();
  const statuses: number[] = [];
  line.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (LIST.test(request.url)) lists.add(requestId);
  });
  line.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => {
    if (lists.has(requestId)) statuses.push(statusCode);
  });
  await line.send("Network.enable");
  await page.reload();
  await expect(page.getByText("привет")).toBeVisible();
  await expect.poll(() => statuses.length).toBe(2);
  expect(statuses[1]).toBe(304);

  await boris.send(id, "и ещё");
  await page.reload();
  await expect(page.getByText("и ещё")).toBeVisible();
  await expect.poll(() => statuses.slice(2)).toEqual([200, 304]);
});
