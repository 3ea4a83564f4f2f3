// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "./errors.ts";
import { Http } from "./http.ts";
import { upload } from "./upload.ts";

class FakeXhr {
  static all: FakeXhr[] = [];
  readonly upload: { onprogress: ((event: object) => void) | null } = { onprogress: null };
  readonly headers = new Map<string, string>();
  status = 0;
  responseText = "";
  contentType = "application/json";
  form: FormData | null = null;
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  onloadend: (() => void) | null = null;
  constructor() {
    FakeXhr.all.push(this);
  }
  open(): void {}
  setRequestHeader(name: string, value: string): void {
    this.headers.set(name, value);
  }
  getResponseHeader(name: string): string | null {
    return name === "Content-Type" ? this.contentType : null;
  }
  send(form: FormData): void {
    this.form = form;
  }
  abort(): void {
    this.onabort?.();
    this.onloadend?.();
  }
  answers(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
    this.onloadend?.();
  }
}

const FILE = new File(["abc"], "отчёт.txt", { type: "text/plain" });

function http(renewed: string | null = "second"): Http {
  return new Http({
    baseUrl: "",
    tokens: { current: async () => "first", renew: async () => renewed, subscribe: () => () => undefined },
  });
}

async function request(number: number): Promise<FakeXhr> {
  return vi.waitFor(() => {
    const xhr = FakeXhr.all[number];
    if (xhr?.form == null) throw new Error("not sent yet");
    return xhr;
  });
}

beforeEach(() => {
  FakeXhr.all = [];
  vi.stubGlobal("XMLHttpRequest", FakeXhr);
});
afterEach(() => vi.unstubAllGlobals());

it("sends where it is for before the bytes, tells how far it is, and answers the attachment", async () => {
  const shares: number[] = [];
  const sending = upload(http(), "/up/", FILE, {
    conversationId: "c1",
    onProgress: (share) => shares.push(share),
  });
  const xhr = await request(0);
  expect([...(xhr.form?.keys() ?? [])]).toEqual(["conversation_id", "file"]);
  expect(xhr.headers.get("Authorization")).toBe("Bearer first");
  xhr.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 });
  xhr.answers(201, { id: 5 });
  expect(await sending).toEqual({ id: 5 });
  expect(shares).toEqual([0.25]);
});

it("repeats a file once when the token was refused", async () => {
  const sending = upload(http(), "/up/", FILE, {});
  (await request(0)).answers(401, {});
  const again = await request(1);
  expect(again.headers.get("Authorization")).toBe("Bearer second");
  again.answers(201, { id: 6 });
  expect(await sending).toEqual({ id: 6 });
});

it("tells a refusal, a lost network and a cancelled upload apart", async () => {
  const refused = upload(http(), "/up/", FILE, {});
  (await request(0)).answers(413, { code: "too_large", detail: "too large" });
  await expect(refused).rejects.toMatchObject({ status: 413, code: "too_large" });

  const lost = upload(http(), "/up/", FILE, {});
  (await request(1)).onerror?.();
  await expect(lost).rejects.toMatchObject({ code: "network", retryable: true });

  const controller = new AbortController();
  const cancelled = upload(http(), "/up/", FILE, { signal: controller.signal });
  await request(2);
  controller.abort();
  await expect(cancelled).rejects.toMatchObject({ code: "aborted" });
  await expect(upload(http(), "/up/", FILE, { signal: controller.signal })).rejects.toBeInstanceOf(ApiError);
  expect(FakeXhr.all).toHaveLength(3);
});
