import { Dialog } from "@base-ui/react/dialog";
import { ChevronLeft, ChevronRight, Download, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import type { Attachment } from "../../lib/types.ts";
import { useAttachmentUrl } from "../../model/files/hooks.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { forwardOf } from "../kit/direction.ts";
import { usePortalContainer } from "../kit/root.tsx";
import { Spinner } from "../kit/Spinner.tsx";

export interface LightboxProps {
  media: readonly Attachment[];
  /** Which one to begin with. */
  at: number;
  onClose: () => void;
}

/** Pictures and films of a message over the whole page; the arrow keys go through them, Escape closes. */
export default function Lightbox({ media, at, onClose }: LightboxProps) {
  const { t } = useText();
  const container = usePortalContainer();
  const [index, setIndex] = useState(at);
  const shown = media[index];
  if (shown === undefined) return null;
  const go = (step: number) => setIndex((now) => (now + step + media.length) % media.length);
  const onKeyDown = (event: KeyboardEvent) => {
    const forward = forwardOf(event.currentTarget);
    if (event.key === "ArrowLeft") go(-forward);
    if (event.key === "ArrowRight") go(forward);
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal container={container}>
        <Dialog.Backdrop className="uc:fixed uc:inset-0 uc:z-40 uc:bg-black/85" />
        <Dialog.Popup
          onKeyDown={onKeyDown}
          className="uc:fixed uc:inset-0 uc:z-50 uc:flex uc:flex-col uc:text-white uc:outline-none"
        >
          <Dialog.Title className="uc:sr-only">{shown.name ?? t("messages.media")}</Dialog.Title>
          <LightboxBar file={shown} />
          <div className="uc:relative uc:flex uc:min-h-0 uc:flex-1 uc:items-center uc:justify-center uc:p-2">
            <Shown key={shown.id} file={shown} />
            {media.length > 1 && (
              <>
                <Button
                  variant="ghost"
                  size="icon"
                  aria-label={t("messages.previousMedia")}
                  onClick={() => go(-1)}
                  className="uc:absolute uc:start-2 uc:bg-black/50"
                >
                  <ChevronLeft aria-hidden="true" className="uc:rtl:rotate-180" />
                </Button>
                <Button
                  variant="ghost"
                  size="icon"
                  aria-label={t("messages.nextMedia")}
                  onClick={() => go(1)}
                  className="uc:absolute uc:end-2 uc:bg-black/50"
                >
                  <ChevronRight aria-hidden="true" className="uc:rtl:rotate-180" />
                </Button>
              </>
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function LightboxBar({ file }: { file: Attachment }) {
  const { t } = useText();
  const { url } = useAttachmentUrl(file);
  const name = file.name ?? t("messages.file");
  return (
    // Opaque: the page that shines through elsewhere would be read together with the name.
    <div className="uc:flex uc:items-center uc:gap-2 uc:bg-black uc:p-2">
      <span dir="auto" className="uc:min-w-0 uc:flex-1 uc:truncate uc:px-2">
        {file.name}
      </span>
      <a
        href={url ?? undefined}
        download={name}
        target="_blank"
        rel="noopener noreferrer nofollow"
        aria-label={t("messages.download", { name })}
        className="uc:flex uc:size-9 uc:items-center uc:justify-center uc:rounded-md uc:hover:bg-white/15"
      >
        <Download aria-hidden="true" className="uc:size-4" />
      </a>
      <Dialog.Close
        render={
          <Button
            variant="ghost"
            size="icon"
            aria-label={t("common.close")}
            className="uc:hover:bg-white/15"
          />
        }
      >
        <X aria-hidden="true" />
      </Dialog.Close>
    </div>
  );
}

function Shown({ file }: { file: Attachment }) {
  const { t } = useText();
  const { url } = useAttachmentUrl(file);
  if (url === null) return <Spinner label={t("common.loading")} />;
  if (file.file_type === "video") {
    // What people film for each other has no subtitles to offer.
    // biome-ignore lint/a11y/useMediaCaption: see above
    return <video src={url} controls autoPlay playsInline className="uc:max-h-full uc:max-w-full" />;
  }
  return <img src={url} alt={file.name ?? ""} className="uc:max-h-full uc:max-w-full uc:object-contain" />;
}
