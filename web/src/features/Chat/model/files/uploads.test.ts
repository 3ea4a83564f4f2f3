import { beforeEach, expect, it, vi } from "vitest";
import { ApiError, networkError } from "../../lib/api/errors.ts";
import type { UploadOptions } from "../../lib/api/upload.ts";
import type { Attachment } from "../../lib/types.ts";
import { faultOf, MAX_FILE_BYTES, MAX_FILES, MAX_IMAGE_BYTES, UploadQueue } from "./uploads.ts";

interface Sending {
  readonly name: string;
  readonly options: UploadOptions;
  readonly done: (attachment: Attachment) => void;
  readonly fails: (error: unknown) => void;
}

let sendings: Sending[];
let queue: UploadQueue;

beforeEach(() => {
  sendings = [];
  const upload = (file: File, options: UploadOptions) =>
    new Promise<Attachment>((done, fails) => sendings.push({ name: file.name, options, done, fails }));
  const api = { attachments: { upload } } as unknown as ConstructorParameters<typeof UploadQueue>[0];
  queue = new UploadQueue(api, "c1");
});

function files(...names: string[]): File[] {
  return names.map((name) => new File(["abc"], name, { type: "text/plain" }));
}

function states(): string[] {
  return queue.store.getSnapshot().map(({ name, state }) => `${name} ${state}`);
}

function sending(name: string): Sending {
  const found = sendings.findLast((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not on its way`);
  return found;
}

const ATTACHMENT = { id: 5 } as Attachment;

it("sends two at a time, tells how far each is, and names the conversation", async () => {
  queue.add(files("a", "b", "c"));
  expect(states()).toEqual(["a uploading", "b uploading", "c queued"]);
  expect(sending("a").options.conversationId).toBe("c1");
  sending("b").options.onProgress?.(0.5);
  expect(queue.store.getSnapshot()[1]?.progress).toBe(0.5);
  sending("a").done(ATTACHMENT);
  await vi.waitFor(() => expect(states()).toEqual(["a done", "b uploading", "c uploading"]));
  expect(queue.store.getSnapshot()[0]?.attachment).toBe(ATTACHMENT);
});

it("stops what is taken out, and goes on with the next", async () => {
  queue.add(files("a", "b", "c"));
  const [a] = queue.store.getSnapshot();
  queue.remove(a?.id ?? "");
  expect(sending("a").options.signal?.aborted).toBe(true);
  sending("a").fails(new ApiError({ status: 0, code: "aborted", message: "" }));
  await vi.waitFor(() => expect(states()).toEqual(["b uploading", "c uploading"]));
});

it("tries again what may succeed later, and nothing else", async () => {
  queue.add(files("a", "b"));
  sending("a").fails(networkError());
  sending("b").fails(new ApiError({ status: 415, code: "unsupported_file", message: "no" }));
  await vi.waitFor(() => expect(states()).toEqual(["a failed", "b failed"]));
  const [a, b] = queue.store.getSnapshot();
  expect(a?.error).toMatchObject({ code: "network", retryable: true });
  queue.retry(a?.id ?? "");
  queue.retry(b?.id ?? "");
  expect(states()).toEqual(["a uploading", "b failed"]);
  sending("a").done(ATTACHMENT);
  await vi.waitFor(() => expect(states()).toEqual(["a done", "b failed"]));
});

it("refuses before sending what the server would refuse", () => {
  const file = (size: number, type: string) => faultOf({ size, type })?.code ?? null;
  expect(file(0, "text/plain")).toBe("empty");
  expect(file(MAX_FILE_BYTES, "video/mp4")).toBeNull();
  expect(file(MAX_FILE_BYTES + 1, "video/mp4")).toBe("too_large");
  expect(file(MAX_IMAGE_BYTES, "image/png")).toBeNull();
  expect(file(MAX_IMAGE_BYTES + 1, "image/png")).toBe("too_large");
  expect(file(1, "image/tiff")).toBe("unsupported_file");
  expect(file(1, "image/svg+xml")).toBeNull();
});

it("takes ten, and says of the eleventh that it is one too many", () => {
  queue.add(files(...Array.from({ length: MAX_FILES + 1 }, (_, index) => `f${index}`)));
  expect(queue.store.getSnapshot().at(-1)).toMatchObject({ state: "failed", error: { code: "too_many" } });
  expect(states().filter((state) => state.endsWith("failed"))).toHaveLength(1);
  queue.clear();
  expect(queue.store.getSnapshot()).toEqual([]);
  expect(sendings.every(({ options }) => options.signal?.aborted)).toBe(true);
});
