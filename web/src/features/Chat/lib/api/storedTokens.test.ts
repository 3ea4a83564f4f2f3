// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, networkError } from "./errors.ts";
import { REFRESH_ERROR_TEXT, StoredTokens } from "./storedTokens.ts";
import { callbackTokens } from "./tokens.ts";

/** A token whose payload is `claims`; Cyrillic too, as hosts put names in. */
function jwt(claims: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
  return `head.${payload}.sign`;
}

function store(data: object): void {
  localStorage.setItem("auth_data", JSON.stringify(data));
}

function stored(): Record<string, unknown> {
  return JSON.parse(localStorage.getItem("auth_data") ?? "{}");
}

/** What another tab, or the host in this one, does. */
function storedElsewhere(data: object | null): void {
  if (data === null) localStorage.removeItem("auth_data");
  else store(data);
  window.dispatchEvent(new StorageEvent("storage", { key: "auth_data" }));
}

const refused = () =>
  Promise.reject(new ApiError({ status: 401, code: "token_not_valid", message: "Token is expired" }));

beforeEach(() => localStorage.clear());
afterEach(() => vi.restoreAllMocks());

describe("who is signed in", () => {
  it("is said by `user_id`, by `id`, or by the token", () => {
    const tokens = new StoredTokens(refused);
    expect(tokens.peek()).toBeNull();
    store({ access: "a", user_id: 7, id: 8 });
    expect(tokens.peek()).toEqual({ access: "a", userId: 7 });
    store({ access: "a", id: "8" });
    expect(tokens.peek()?.userId).toBe(8);
    store({ access: jwt({ user_id: 9, name: "Айбек" }) });
    expect(tokens.peek()?.userId).toBe(9);
    store({ access: "opaque" });
    expect(tokens.peek()).toEqual({ access: "opaque", userId: null });
  });

  it("is nobody when the storage holds rubbish", async () => {
    localStorage.setItem("auth_data", "{not json");
    expect(await new StoredTokens(refused).current()).toBeNull();
  });

  it("is told to listeners when it changes, and not when only a token is newer", () => {
    store({ access: "a", refresh: "r", user_id: 7 });
    const tokens = new StoredTokens(refused);
    const listener = vi.fn();
    const stop = tokens.subscribe(listener);
    storedElsewhere({ access: "b", refresh: "r2", user_id: 7 });
    expect(listener).not.toHaveBeenCalled();
    storedElsewhere({ access: "c", refresh: "r3", user_id: 8 });
    storedElsewhere(null);
    expect(listener).toHaveBeenCalledTimes(2);
    tokens.signIn({ access: "d", refresh: "r4" }, 9);
    expect(listener).toHaveBeenCalledTimes(3);
    stop();
    tokens.signOut();
    expect(listener).toHaveBeenCalledTimes(3);
  });
});

describe("renewing", () => {
  it("keeps the host's own fields, and the old refresh token when no new one comes", async () => {
    store({ access: "a", refresh: "r", user_id: 7, position: "студент" });
    const heard = vi.fn();
    window.addEventListener("storage", heard);
    expect(await new StoredTokens(async () => ({ access: "b" })).renew("a")).toBe("b");
    expect(stored()).toEqual({ access: "b", refresh: "r", user_id: 7, position: "студент" });
    expect(heard).toHaveBeenCalled();
    window.removeEventListener("storage", heard);
  });

  it("keeps the newer refresh token: the old one may be good only once", async () => {
    store({ access: "a", refresh: "r", user_id: 7 });
    await new StoredTokens(async () => ({ access: "b", refresh: "r2" })).renew("a");
    expect(stored().refresh).toBe("r2");
  });

  it("is done once for all who wait", async () => {
    store({ access: "a", refresh: "r", user_id: 7 });
    const refresh = vi.fn(async () => ({ access: "b" }));
    const tokens = new StoredTokens(refresh);
    expect(await Promise.all([tokens.renew("a"), tokens.renew("a"), tokens.renew("a")])).toEqual([
      "b",
      "b",
      "b",
    ]);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("takes what another tab has renewed meanwhile", async () => {
    store({ access: "newer", refresh: "r", user_id: 7 });
    const refresh = vi.fn(refused);
    expect(await new StoredTokens(refresh).renew("a")).toBe("newer");
    expect(refresh).not.toHaveBeenCalled();
  });

  it("waits for the tab that holds the lock", async () => {
    store({ access: "a", refresh: "r", user_id: 7 });
    const request = vi.fn(async (_name: string, work: () => Promise<unknown>) => {
      store({ access: "theirs", refresh: "r2", user_id: 7 });
      return work();
    });
    vi.stubGlobal("navigator", { locks: { request } });
    const refresh = vi.fn(refused);
    expect(await new StoredTokens(refresh).renew("a")).toBe("theirs");
    expect(refresh).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });

  it("leaves a word for the host when it is over, asks no more, and is alive again after a sign-in", async () => {
    store({ access: "a", refresh: "r", user_id: 7 });
    const refresh = vi.fn(refused);
    const tokens = new StoredTokens(refresh);
    const listener = vi.fn();
    tokens.subscribe(listener);
    expect(await tokens.renew("a")).toBeNull();
    expect(localStorage.getItem("refresh_error")).toBe(REFRESH_ERROR_TEXT);
    expect(stored().refresh).toBe("r");
    expect(await tokens.current()).toBeNull();
    expect(await tokens.renew("a")).toBeNull();
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(listener).toHaveBeenCalledTimes(1);
    tokens.signIn({ access: "b", refresh: "r2" }, 7);
    expect(await tokens.current()).toBe("b");
    expect(localStorage.getItem("refresh_error")).toBeNull();
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it("signs nobody out because the network is away", async () => {
    store({ access: "a", refresh: "r", user_id: 7 });
    const tokens = new StoredTokens(() => Promise.reject(networkError()));
    await expect(tokens.renew("a")).rejects.toMatchObject({ code: "network" });
    expect(await tokens.current()).toBe("a");
    expect(localStorage.getItem("refresh_error")).toBeNull();
  });
});

describe("signing in", () => {
  it("drops what the host noted of somebody else", () => {
    store({ access: "a", refresh: "r", user_id: 7, email: "seven@kstu.kg" });
    new StoredTokens(refused).signIn({ access: "b", refresh: "r2" }, 8);
    expect(stored()).toEqual({ access: "b", refresh: "r2", user_id: 8 });
  });

  it("works in memory where storage is blocked", async () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    const tokens = new StoredTokens(refused);
    const listener = vi.fn();
    tokens.subscribe(listener);
    tokens.signIn({ access: "b", refresh: "r2" }, 8);
    expect(tokens.peek()).toEqual({ access: "b", userId: 8 });
    expect(localStorage.getItem("auth_data")).toBeNull();
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe("a host's tokens", () => {
  it("are asked for once, kept, and asked for again when one is refused", async () => {
    const fetchToken = vi.fn(async () => jwt({ user_id: 5, n: fetchToken.mock.calls.length }));
    const tokens = callbackTokens(fetchToken);
    expect(tokens.peek()).toBeNull();
    const [first, same] = await Promise.all([tokens.current(), tokens.current()]);
    expect(same).toBe(first);
    expect(fetchToken).toHaveBeenCalledTimes(1);
    expect(tokens.peek()?.userId).toBe(5);
    const second = await tokens.renew(first ?? "");
    expect(second).not.toBe(first);
    expect(await tokens.renew(first ?? "")).toBe(second);
    expect(fetchToken).toHaveBeenCalledTimes(2);
  });

  it("are over when the host has only the refused one, and tell of another user", async () => {
    let given = jwt({ user_id: 5 });
    const tokens = callbackTokens(async () => given);
    const listener = vi.fn();
    tokens.subscribe(listener);
    await tokens.current();
    expect(await tokens.renew(given)).toBeNull();
    expect(listener).not.toHaveBeenCalled();
    const old = given;
    given = jwt({ user_id: 6 });
    expect(await tokens.renew(old)).toBe(given);
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
