import { CircleAlert, FileText, RotateCw, X } from "lucide-react";
import type { Upload, UploadError } from "../../model/files/uploads.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";

export interface UploadListProps {
  uploads: readonly Upload[];
  onRemove: (id: string) => void;
  onRetry: (id: string) => void;
}

/** The files that go with the next message; what is written becomes their caption. */
export function UploadList({ uploads, onRemove, onRetry }: UploadListProps) {
  const { t } = useText();
  return (
    <ul
      aria-label={t("messages.files")}
      className="uc:mb-2 uc:flex uc:max-h-40 uc:flex-col uc:gap-1 uc:overflow-y-auto"
    >
      {uploads.map((upload) => (
        <li
          key={upload.id}
          className="uc:flex uc:items-center uc:gap-2 uc:rounded-md uc:bg-muted uc:px-2 uc:py-1 uc:text-sm"
        >
          <FileText aria-hidden="true" className="uc:size-4 uc:shrink-0 uc:text-muted-foreground" />
          <div className="uc:min-w-0 uc:flex-1">
            <div dir="auto" className="uc:truncate">
              {upload.name}
            </div>
            <UploadState upload={upload} />
          </div>
          {upload.error?.retryable === true && (
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={t("messages.uploadAgain", { name: upload.name })}
              onClick={() => onRetry(upload.id)}
            >
              <RotateCw aria-hidden="true" />
            </Button>
          )}
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={t("messages.removeFile", { name: upload.name })}
            onClick={() => onRemove(upload.id)}
          >
            <X aria-hidden="true" />
          </Button>
        </li>
      ))}
    </ul>
  );
}

function UploadState({ upload }: { upload: Upload }) {
  const { t } = useText();
  if (upload.error !== null) {
    return (
      <div className="uc:flex uc:items-center uc:gap-1 uc:text-xs uc:text-danger">
        <CircleAlert aria-hidden="true" className="uc:size-3.5 uc:shrink-0" />
        {uploadFault(upload.error, t)}
      </div>
    );
  }
  if (upload.state === "done") return null;
  return (
    <progress
      value={upload.progress}
      max={1}
      aria-label={t("messages.uploading", { name: upload.name })}
      className="uc:block uc:h-1 uc:w-full uc:accent-primary"
    />
  );
}

const FAULTS = {
  empty: "messages.fileEmpty",
  too_large: "messages.fileTooLarge",
  too_many: "messages.fileTooMany",
  unsupported_file: "messages.fileUnsupported",
  contact_data: "messages.contactData",
} as const;

/** Why a file does not go, in the user's language where we know the reason. */
function uploadFault(error: UploadError, t: ReturnType<typeof useText>["t"]): string {
  const known = Object.entries(FAULTS).find(([code]) => code === error.code)?.[1];
  return known === undefined ? (error.message ?? t("messages.fileFailed")) : t(known);
}
