import { Play } from "lucide-react";
import type { Attachment } from "../../lib/types.ts";
import { useAttachmentUrl } from "../../model/files/hooks.ts";
import { useText } from "../../model/useText.ts";
import { blurOf, boxOf } from "./boxes.ts";
import { FileLine } from "./FileLine.tsx";
import { useScene } from "./scene.ts";

export interface AttachmentsProps {
  attachments: readonly Attachment[];
  isActive: boolean;
}

/** The files of a message: pictures and films in boxes of their final size, everything else as a line to download. */
export function Attachments({ attachments, isActive }: AttachmentsProps) {
  const media = attachments.filter((file) => file.file_type !== "file");
  return (
    <div className="uc:flex uc:flex-col uc:gap-1 uc:py-1">
      {attachments.map((file) =>
        file.file_type === "file" ? (
          <FileLine key={file.id} file={file} isActive={isActive} />
        ) : (
          <MediaBox key={file.id} file={file} media={media} isActive={isActive} />
        ),
      )}
    </div>
  );
}

interface MediaBoxProps {
  file: Attachment;
  media: readonly Attachment[];
  isActive: boolean;
}

function MediaBox({ file, media, isActive }: MediaBoxProps) {
  const { t } = useText();
  const { actions } = useScene();
  const { url } = useAttachmentUrl(file);
  const box = boxOf(file);
  const blur = blurOf(file.placeholder);
  const isVideo = file.file_type === "video";
  return (
    <button
      type="button"
      tabIndex={isActive ? 0 : -1}
      onClick={() => actions.look(media, media.indexOf(file))}
      aria-label={t(isVideo ? "messages.openVideo" : "messages.openImage", { name: file.name ?? "" })}
      style={{
        width: box.width,
        aspectRatio: `${box.width} / ${box.height}`,
        ...(blur === undefined ? {} : { backgroundImage: `url(${blur})` }),
      }}
      className="uc:relative uc:block uc:min-h-12 uc:min-w-12 uc:max-w-full uc:overflow-hidden uc:rounded-md uc:bg-muted uc:bg-cover"
    >
      {url !== null && !isVideo && (
        <img
          src={url}
          alt={file.name ?? ""}
          loading="lazy"
          className="uc:absolute uc:inset-0 uc:size-full uc:object-cover"
        />
      )}
      {url !== null && isVideo && (
        <video
          src={url}
          muted
          playsInline
          preload="metadata"
          className="uc:absolute uc:inset-0 uc:size-full uc:object-cover"
        />
      )}
      {isVideo && (
        <span
          aria-hidden="true"
          className="uc:absolute uc:inset-0 uc:m-auto uc:flex uc:size-12 uc:items-center uc:justify-center uc:rounded-full uc:bg-black/60 uc:text-white"
        >
          <Play className="uc:size-6" />
        </span>
      )}
    </button>
  );
}
