import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TokenSource } from "../realtime/types.ts";
import { ApiError } from "./errors.ts";
import { Http, REQUEST_TIMEOUT_MS } from "./http.ts";

type Answer = Response | Error | "never";

let asked: { url: string; init: RequestInit }[];
let answers: Answer[];

beforeEach(() => {
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({ url, init });
    const answer = answers.shift();
    if (answer === undefined) throw new Error("asked once too often");
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer !== "never") return Promise.resolve(answer);
    return new Promise((_, reject) => {
      const abort = () => reject(new DOMException("aborted", "AbortError"));
      if (init.signal?.aborted === true) abort();
      init.signal?.addEventListener("abort", abort);
    });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function json(status: number, body: unknown, type = "application/json", headers = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": type, ...headers } });
}

function client(renewed: string | null = "second", first: string | null = "first") {
  const renew = vi.fn(async () => renewed);
  const tokens: TokenSource = { current: async () => first, renew, subscribe: () => () => undefined };
  return { http: new Http({ baseUrl: "https://chat.test/", tokens }), renew };
}

function sentTokens(): unknown[] {
  return asked.map(({ init }) => new Headers(init.headers).get("Authorization"));
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => null,
    (reason) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${String(error)}`);
  return error;
}

describe("asking", () => {
  it("shows the token, leaves out what is not set, and reads the answer", async () => {
    answers = [json(200, { id: 7 })];
    expect(await client().http.get("/api/x/", { query: { limit: 5, before: undefined } })).toEqual({ id: 7 });
    expect(asked[0]?.url).toBe("https://chat.test/api/x/?limit=5");
    expect(sentTokens()).toEqual(["Bearer first"]);
    expect(asked[0]?.init.credentials).toBe("omit");
  });

  it("sends JSON, and answers nothing for nothing", async () => {
    answers = [new Response(null, { status: 204 })];
    expect(await client().http.post("/api/x/", { body: { a: 1 } })).toBeUndefined();
    expect(asked[0]?.init.body).toBe('{"a":1}');
    expect(new Headers(asked[0]?.init.headers).get("Content-Type")).toBe("application/json");
  });

  it("asks nobody when nobody is signed in, except on public paths", async () => {
    const { http } = client(null, null);
    expect(await failure(http.get("/api/x/"))).toMatchObject({ status: 401, code: "unauthorized" });
    expect(asked).toEqual([]);
    answers = [json(200, 1)];
    expect(await http.post("/api/auth/login/", { body: {}, isPublic: true })).toBe(1);
    expect(sentTokens()).toEqual([null]);
  });
});

describe("a refused token", () => {
  it("is renewed, and the request is repeated once", async () => {
    answers = [json(401, {}), json(200, "ok")];
    const { http, renew } = client();
    expect(await http.get("/api/x/")).toBe("ok");
    expect(renew).toHaveBeenCalledExactlyOnceWith("first");
    expect(sentTokens()).toEqual(["Bearer first", "Bearer second"]);
  });

  it("is not renewed twice for one request", async () => {
    answers = [json(401, {}), json(401, {})];
    const { http, renew } = client();
    expect((await failure(http.get("/api/x/"))).status).toBe(401);
    expect(renew).toHaveBeenCalledTimes(1);
    expect(asked).toHaveLength(2);
  });

  it("that cannot be renewed is the error", async () => {
    answers = [json(401, { detail: "Token is expired", code: "token_not_valid" })];
    expect(await failure(client(null).http.get("/api/x/"))).toMatchObject({
      code: "token_not_valid",
      message: "Token is expired",
    });
    expect(asked).toHaveLength(1);
  });

  it("is a matter of 401 alone", async () => {
    answers = [json(403, {})];
    const { http, renew } = client();
    expect((await failure(http.get("/api/x/"))).code).toBe("forbidden");
    expect(renew).not.toHaveBeenCalled();
  });
});

describe("refusals", () => {
  it("reads a problem document", async () => {
    answers = [
      json(
        400,
        {
          title: "Invalid",
          status: 400,
          code: "contact_data",
          detail: "Контактные данные запрещены",
          request_id: "r-1",
          retryable: false,
          errors: [{ pointer: "/mentions/2/user_id", detail: "not here" }],
        },
        "application/problem+json",
      ),
    ];
    expect(await failure(client().http.get("/api/x/"))).toMatchObject({
      status: 400,
      code: "contact_data",
      message: "Контактные данные запрещены",
      requestId: "r-1",
      retryable: false,
      fieldErrors: { "mentions/2/user_id": "not here" },
    });
  });

  it("reads the bodies of the older dialects", async () => {
    const { http } = client();
    answers = [
      json(400, { error: "Неверное имя пользователя или пароль" }),
      json(400, { username: ["taken"], password: ["short"] }),
      json(400, { non_field_errors: ["Пароли не совпадают"] }),
    ];
    const [own, fields, common] = [
      await failure(http.get("/a/")),
      await failure(http.get("/b/")),
      await failure(http.get("/c/")),
    ];
    expect(own).toMatchObject({ code: "invalid", message: "Неверное имя пользователя или пароль" });
    expect(fields).toMatchObject({ message: "taken", fieldErrors: { username: "taken", password: "short" } });
    expect(common.message).toBe("Пароли не совпадают");
  });

  it("takes a held message, a 202, for a refusal", async () => {
    answers = [json(202, { code: "held_for_review", detail: "held" }, "application/problem+json")];
    expect(await failure(client().http.post("/api/x/"))).toMatchObject({
      status: 202,
      code: "held_for_review",
    });
  });

  it("survives a proxy's page, and knows when to come back", async () => {
    answers = [
      new Response("<html>", { status: 503, headers: { "Retry-After": "3", "X-Request-Id": "r-2" } }),
    ];
    expect(await failure(client().http.get("/api/x/"))).toMatchObject({
      code: "unavailable",
      retryable: true,
      retryAfterMs: 3000,
      requestId: "r-2",
    });
  });
});

describe("no answer", () => {
  it("is `network` when none came", async () => {
    answers = [new TypeError("Failed to fetch")];
    expect(await failure(client().http.get("/api/x/"))).toMatchObject({
      status: 0,
      code: "network",
      retryable: true,
    });
  });

  it("is `network` too when something on the way answered for the server", async () => {
    answers = [new Response("<html>Please pay for the Wi-Fi</html>", { status: 200 })];
    expect(await failure(client().http.get("/api/x/"))).toMatchObject({ code: "network", retryable: true });
  });

  it("is `timeout` when it did not come in time", async () => {
    vi.useFakeTimers();
    answers = ["never"];
    const asking = failure(client().http.get("/api/x/"));
    await vi.advanceTimersByTimeAsync(REQUEST_TIMEOUT_MS - 1);
    expect(asked[0]?.init.signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await asking).code).toBe("timeout");
  });

  it("is the caller's own reason when the caller gave up", async () => {
    answers = ["never"];
    const controller = new AbortController();
    const asking = client().http.get("/api/x/", { signal: controller.signal });
    const reason = new Error("gone elsewhere");
    controller.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});
