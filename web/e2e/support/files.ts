/** Files to send. */
import { MAX_UPLOAD_BYTES } from "./installation.ts";

/** A file as Playwright puts it into a field. */
export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Eight pixels by eight, orange. */
export const PICTURE: TestFile = {
  name: "закат.png",
  mimeType: "image/png",
  buffer: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP438OAFTEMLQkA1cJiwVpEJ8UAAAAASUVORK5CYII=",
    "base64",
  ),
};

export const DOCUMENT: TestFile = {
  name: "заметки.txt",
  mimeType: "text/plain",
  buffer: Buffer.from("Заметки к занятию.\n".repeat(5_000)),
};

/** One byte more than the servers of the tests take. */
export const TOO_LARGE: TestFile = {
  name: "огромный.txt",
  mimeType: "text/plain",
  buffer: Buffer.alloc(MAX_UPLOAD_BYTES + 1, "a"),
};
