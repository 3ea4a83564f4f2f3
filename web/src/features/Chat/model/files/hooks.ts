import { useCallback, useSyncExternalStore } from "react";
import { isStoredFile } from "../../lib/api/attachments.ts";
import type { Attachment, ConversationId } from "../../lib/types.ts";
import { useRuntime } from "../runtime/context.tsx";
import { useReadable } from "../runtime/useReadable.ts";
import type { SignedLink } from "./links.ts";
import { type Upload, UploadQueue } from "./uploads.ts";

const NO_LINK: SignedLink = { url: null, isFailed: false };

/** The address of a file, good for now and renewed while it is shown; `url` is `null` until there is one. */
export function useAttachmentUrl(
  attachment: Pick<Attachment, "id" | "file_url"> | null,
): SignedLink & { readonly refresh: () => void } {
  const { links } = useRuntime();
  const id = attachment !== null && isStoredFile(attachment) ? attachment.id : null;
  const subscribe = useCallback(
    (listener: () => void) => (id === null ? () => undefined : links.watch(id, listener)),
    [links, id],
  );
  const read = useCallback(() => (id === null ? NO_LINK : links.get(id)), [links, id]);
  const signed = useSyncExternalStore(subscribe, read, read);
  const refresh = useCallback(() => {
    if (id !== null) links.refresh(id);
  }, [links, id]);
  if (attachment !== null && id === null) return { url: attachment.file_url, isFailed: false, refresh };
  return { ...signed, refresh };
}

/** The files of a conversation's next message. */
export function useUploads(id: ConversationId): {
  readonly uploads: readonly Upload[];
  /** What to name in the message. */
  readonly ready: readonly Attachment[];
  /** Some are still on their way: the message waits for them. */
  readonly isBusy: boolean;
  readonly add: (files: Iterable<File>) => void;
  /** Takes one out, also while it is on its way. */
  readonly remove: (uploadId: string) => void;
  readonly retry: (uploadId: string) => void;
  readonly clear: () => void;
} {
  const queue = useRuntime().uploads(id, (api) => new UploadQueue(api, id));
  const uploads = useReadable(queue.store);
  return {
    uploads,
    ready: uploads.flatMap(({ attachment }) => (attachment === null ? [] : [attachment])),
    isBusy: uploads.some(({ state }) => state === "queued" || state === "uploading"),
    add: useCallback((files: Iterable<File>) => queue.add(files), [queue]),
    remove: useCallback((uploadId: string) => queue.remove(uploadId), [queue]),
    retry: useCallback((uploadId: string) => queue.retry(uploadId), [queue]),
    clear: useCallback(() => queue.clear(), [queue]),
  };
}
