import type { ChatApi } from "../../lib/api/api.ts";
import { ApiError } from "../../lib/api/errors.ts";
import { newClientId } from "../../lib/ids.ts";
import { Store } from "../../lib/store.ts";
import type { Attachment, ConversationId } from "../../lib/types.ts";

/** Files of one send; the server's limit. */
export const MAX_FILES = 10;
/** A file, in bytes; the server's limit unless its operator set another. */
export const MAX_FILE_BYTES = 100 * 1024 * 1024;
/** An image, in bytes; likewise. */
export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
/** Files on their way at once: the server takes four of one person, and two fill most lines. */
const CONCURRENT = 2;

/** Kinds of image that the server takes; other images are refused by it as they are here. */
const IMAGE_TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

/** Why a file is not sent: a word of ours, or a problem's `code`, and a sentence when the server said one. */
export interface UploadError {
  readonly code: "empty" | "too_large" | "too_many" | "unsupported_file" | (string & {});
  readonly message: string | null;
  readonly retryable: boolean;
}

/** One file that is to go with the next message. */
export interface Upload {
  readonly id: string;
  readonly file: File;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly state: "queued" | "uploading" | "done" | "failed";
  /** From 0 to 1. */
  readonly progress: number;
  readonly error: UploadError | null;
  /** What to name in the message; set when `done`. */
  readonly attachment: Attachment | null;
}

/** The files of one conversation's next message. */
export class UploadQueue {
  readonly store = new Store<readonly Upload[]>([]);
  readonly #api: Pick<ChatApi, "attachments">;
  readonly #conversationId: ConversationId;
  readonly #running = new Map<string, AbortController>();

  constructor(api: Pick<ChatApi, "attachments">, conversationId: ConversationId) {
    this.#api = api;
    this.#conversationId = conversationId;
  }

  /** Takes files and begins to send them; those that cannot be sent are there as failed, with the reason. */
  add(files: Iterable<File>): void {
    const uploads = [...this.store.getSnapshot()];
    for (const file of files) {
      const count = uploads.filter(({ state }) => state !== "failed").length;
      const error = count >= MAX_FILES ? refused("too_many") : faultOf(file);
      uploads.push(fresh(file, error));
    }
    this.store.set(uploads);
    this.#next();
  }

  /** Takes a file out, whether it is on its way or not. */
  remove(id: string): void {
    this.#running.get(id)?.abort();
    this.#running.delete(id);
    this.store.set(this.store.getSnapshot().filter((upload) => upload.id !== id));
    this.#next();
  }

  /** Tries a failed one again, when the reason allows it. */
  retry(id: string): void {
    const upload = this.store.getSnapshot().find((one) => one.id === id);
    if (upload?.state !== "failed" || upload.error?.retryable !== true) return;
    this.#set(id, { state: "queued", progress: 0, error: null });
    this.#next();
  }

  /** Takes out what has been sent with a message, and stops the rest. */
  clear(): void {
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
    this.store.set([]);
  }

  #next(): void {
    for (const upload of this.store.getSnapshot()) {
      if (this.#running.size >= CONCURRENT) return;
      if (upload.state === "queued" && !this.#running.has(upload.id)) void this.#send(upload);
    }
  }

  async #send({ id, file }: Upload): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    this.#set(id, { state: "uploading" });
    try {
      const attachment = await this.#api.attachments.upload(file, {
        conversationId: this.#conversationId,
        signal: controller.signal,
        onProgress: (progress) => this.#set(id, { progress }),
      });
      this.#set(id, { state: "done", progress: 1, attachment });
    } catch (error) {
      if (!controller.signal.aborted) this.#set(id, { state: "failed", error: reasonOf(error) });
    } finally {
      this.#running.delete(id);
      this.#next();
    }
  }

  #set(id: string, change: Partial<Upload>): void {
    this.store.set(
      this.store.getSnapshot().map((upload) => (upload.id === id ? { ...upload, ...change } : upload)),
    );
  }
}

function fresh(file: File, error: UploadError | null): Upload {
  return {
    id: newClientId(),
    file,
    name: file.name,
    size: file.size,
    state: error === null ? "queued" : "failed",
    progress: 0,
    error,
    attachment: null,
  };
}

/** What is wrong with a file as far as the browser can tell; `null` when nothing is. */
export function faultOf(file: Pick<File, "size" | "type">): UploadError | null {
  if (file.size === 0) return refused("empty");
  const isImage = IMAGE_TYPES.has(file.type);
  if (file.size > (isImage ? MAX_IMAGE_BYTES : MAX_FILE_BYTES)) return refused("too_large");
  // SVG is text to the server, and saved as such.
  const isOtherImage = file.type.startsWith("image/") && !isImage && file.type !== "image/svg+xml";
  return isOtherImage ? refused("unsupported_file") : null;
}

function refused(code: UploadError["code"]): UploadError {
  return { code, message: null, retryable: false };
}

function reasonOf(error: unknown): UploadError {
  if (error instanceof ApiError) {
    return { code: error.code, message: error.message, retryable: error.retryable };
  }
  return { code: "internal", message: null, retryable: true };
}
