import { Download, FileText } from "lucide-react";
import { fileSize } from "../../lib/format/sizes.ts";
import type { Attachment } from "../../lib/types.ts";
import { useAttachmentUrl } from "../../model/files/hooks.ts";
import { useText } from "../../model/useText.ts";

/** A file that is neither a picture nor a film: its name and size, and a press downloads it. */
export function FileLine({ file, isActive }: { file: Attachment; isActive: boolean }) {
  const { t, locale } = useText();
  const { url } = useAttachmentUrl(file);
  const name = file.name ?? t("messages.file");
  return (
    <a
      href={url ?? undefined}
      download={name}
      rel="noopener noreferrer nofollow"
      target="_blank"
      tabIndex={isActive ? 0 : -1}
      aria-label={t("messages.download", { name })}
      className="uc:flex uc:min-w-0 uc:items-center uc:gap-2 uc:rounded-md uc:border uc:bg-background uc:px-2 uc:py-1.5 uc:text-foreground"
    >
      <FileText aria-hidden="true" className="uc:size-5 uc:shrink-0 uc:text-muted-foreground" />
      <span className="uc:min-w-0 uc:flex-1">
        <span dir="auto" className="uc:block uc:truncate">
          {name}
        </span>
        <span className="uc:block uc:text-xs uc:text-muted-foreground">
          {fileSize(file.file_size, locale)}
        </span>
      </span>
      <Download aria-hidden="true" className="uc:size-4 uc:shrink-0" />
    </a>
  );
}
