import { expect, test } from "vitest";
import type { Attachment } from "../../lib/types.ts";
import { message } from "../../model/testkit.ts";
import { sharedIn } from "./shared.ts";

function file(id: number, file_type: Attachment["file_type"]): Attachment {
  return { id, file_type, file_url: `/f/${id}`, file_size: 1, created_at: "2026-11-20T00:00:00Z" };
}

test("what was shared is gathered newest first, each link once, nothing of what was deleted", () => {
  const shared = sharedIn([
    message("c", 1, { text: "https://a.kg", attachments: [file(1, "image")] }),
    message("c", 2, {
      text: "https://b.kg и https://a.kg",
      attachments: [file(2, "file"), file(3, "video")],
    }),
    message("c", 3, { text: "https://c.kg", deleted_at: "2026-11-20T00:00:00Z" }),
  ]);
  expect(shared.media.map(({ id }) => id)).toEqual([3, 1]);
  expect(shared.docs.map(({ id }) => id)).toEqual([2]);
  expect(shared.links).toEqual(["https://b.kg/", "https://a.kg/"]);
});
