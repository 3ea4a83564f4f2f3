import { ChatPage } from "./support/chat.ts";
import { expect, test } from "./support/test.ts";

const LIST = /\/api\/unet-chat\/conversations\/\?/;

test("once the socket is there the list is asked for again, and comes again only when it has changed", async ({
  seat,
  newcomer,
}) => {
  const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
  const group = await anna.create({ type: "group", title: "Курс", participant_ids: [boris.id] });
  await boris.send(group.id, "привет");
  const { page, line } = await seat();
  // What came over the line: to the page itself, what the browser had already looks like an answer like any other.
  const wire = await page.context().newCDPSession(page);
  const lists: string[] = [];
  const answers = new Map<string, number>();
  wire.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (LIST.test(request.url)) lists.push(requestId);
  });
  // May be told of before the request is.
  wire.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => {
    answers.set(requestId, statusCode);
  });
  const statuses = () => lists.map((id) => answers.get(id));
  await wire.send("Network.enable");
  const chat = new ChatPage(page);

  const noSocket = (_method: string, path: string) => path.includes("/ws");
  line.refuse(noSocket);
  await chat.signIn(anna.username);
  await expect(page.getByText("привет")).toBeVisible();
  line.mend();
  await expect.poll(statuses).toEqual([200, 304]);

  line.refuse(noSocket);
  await page.reload();
  await expect(page.getByText("привет")).toBeVisible();
  await boris.send(group.id, "и ещё");
  line.mend();
  await expect(page.getByText("и ещё")).toBeVisible();
  await expect.poll(() => statuses().slice(2)).toEqual([304, 200]);
});
