import type { Attachment, AttachmentId, CreateAttachmentRequest, FileLink } from "../types.ts";
import type { Http } from "./http.ts";
import { type UploadOptions, upload } from "./upload.ts";

/** Files that one request for links may name; the API's own limit. */
export const LINKS_PER_REQUEST = 100;

const ROOT = "/api/unet-chat/attachments/";

/** Whether a file lies in the service, so that its address wants a signed link. */
export function isStoredFile(attachment: Pick<Attachment, "file_url">): boolean {
  return attachment.file_url.startsWith(ROOT);
}

/** Files of messages. */
export function attachmentsApi(http: Http) {
  return {
    /** Takes a file; it waits a day for the message that names it. Cancelled through the signal. */
    upload: (file: File, options: UploadOptions = {}) => upload(http, `${ROOT}upload/`, file, options),
    /** Notes a file that lies elsewhere, for an own message. */
    create: (body: CreateAttachmentRequest) => http.post<Attachment>(ROOT, { body }),
    /** Signed addresses, good for a quarter of an hour; what the user may not have is left out. */
    async links(ids: readonly AttachmentId[], signal?: AbortSignal): Promise<readonly FileLink[]> {
      const links = await http.post<FileLink[]>(`${ROOT}links/`, { body: { ids }, signal });
      return links.map((link) => ({ ...link, url: http.url(link.url) }));
    },
  };
}
