import { ChatPage } from "./support/chat.ts";
import { expect, test } from "./support/test.ts";

/** As in browsers that forbid a site to store anything: every way in throws. */
function blockStorage(): void {
  const refuse = () => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  };
  for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
    Object.defineProperty(window, name, { get: refuse });
  }
}

/** As in private windows: storage is there, and nothing can be written to it. */
function fillStorage(): void {
  Storage.prototype.setItem = () => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  };
  IDBFactory.prototype.open = () => {
    throw new DOMException("A mutation operation was attempted.", "InvalidStateError");
  };
}

for (const [how, script] of [
  ["blocked", blockStorage],
  ["full", fillStorage],
] as const) {
  test(`with ${how} storage one signs in, talks, and is signed in until the page closes`, async ({
    seat,
    newcomer,
  }) => {
    const [anna, boris] = [await newcomer("Анна"), await newcomer("Борис")];
    const { id } = await anna.talkTo(boris);
    const chat = new ChatPage((await seat({ script })).page);
    await chat.signIn(anna.username);
    await chat.open(boris.name);
    await chat.send("без хранилища");
    await expect(chat.progress("без хранилища", "отправлено")).toBeVisible();
    await boris.send(id, "и обратно");
    await expect(chat.message("и обратно")).toBeVisible();
    expect((await boris.history(id)).map(({ text }) => text)).toEqual(["без хранилища", "и обратно"]);
    await chat.signOut();
    await chat.expectSignedOut();
  });
}
