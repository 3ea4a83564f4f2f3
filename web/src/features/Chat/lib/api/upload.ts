import type { Attachment, ConversationId, MessageId } from "../types.ts";
import { ApiError, errorFrom, isRefusal, networkError, successFrom } from "./errors.ts";
import type { Http } from "./http.ts";

export interface UploadOptions {
  /** Where the file will be said: a refusal then comes before the bytes. */
  readonly conversationId?: ConversationId | undefined;
  /** An own message that the file belongs to at once. */
  readonly messageId?: MessageId | undefined;
  /** From 0 to 1, of the bytes that have left this machine. */
  readonly onProgress?: ((share: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one file. By XMLHttpRequest, because `fetch` does not tell how much has left. */
export function upload(http: Http, path: string, file: File, options: UploadOptions): Promise<Attachment> {
  return http.withToken((token) => sendFile({ url: http.url(path), token, file, options }));
}

interface FileRequest {
  readonly url: string;
  readonly token: string;
  readonly file: File;
  readonly options: UploadOptions;
}

function sendFile({ url, token, file, options }: FileRequest): Promise<Attachment> {
  const { signal, onProgress } = options;
  if (signal?.aborted === true) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    signal?.addEventListener("abort", abort);
    xhr.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress?.(loaded / total);
    };
    xhr.onload = () => {
      try {
        resolve(answerOf(xhr));
      } catch (error) {
        reject(error);
      }
    };
    xhr.onerror = () => reject(networkError());
    xhr.onabort = () => reject(cancelled());
    xhr.onloadend = () => signal?.removeEventListener("abort", abort);
    xhr.open("POST", url);
    xhr.setRequestHeader("Accept", "application/json");
    xhr.setRequestHeader("Authorization", `Bearer ${token}`);
    xhr.send(formOf(file, options));
  });
}

function answerOf(xhr: XMLHttpRequest): Attachment {
  if (isRefusal(xhr.status, xhr.getResponseHeader("Content-Type"))) {
    throw errorFrom(xhr.status, xhr.responseText, headersOf(xhr));
  }
  return successFrom(xhr.status, xhr.responseText) as Attachment;
}

/** The names before the file: so a refusal comes before the bytes. */
function formOf(file: File, { conversationId, messageId }: UploadOptions): FormData {
  const form = new FormData();
  if (conversationId !== undefined) form.append("conversation_id", conversationId);
  if (messageId !== undefined) form.append("message_id", messageId);
  form.append("file", file, file.name);
  return form;
}

function headersOf(xhr: XMLHttpRequest): Pick<Headers, "get"> {
  return { get: (name: string) => xhr.getResponseHeader(name) };
}

function cancelled(): ApiError {
  return new ApiError({ status: 0, code: "aborted", message: "Загрузка отменена" });
}
