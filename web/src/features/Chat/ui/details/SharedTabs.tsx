import { useMemo, useState } from "react";
import type { Attachment, Message } from "../../lib/types.ts";
import { useAttachmentUrl } from "../../model/files/hooks.ts";
import { useText } from "../../model/useText.ts";
import { Deferred, deferred } from "../deferred.tsx";
import { Tabs } from "../kit/Tabs.tsx";
import { blurOf } from "../messages/boxes.ts";
import { FileLine } from "../messages/FileLine.tsx";
import { type Shared, sharedIn } from "./shared.ts";

const Lightbox = deferred(() => import("../messages/Lightbox.tsx"));

type Tab = "media" | "links" | "docs";

/** Pictures, links and files of the messages that are loaded. */
export function SharedTabs({ messages }: { messages: readonly Message[] }) {
  const { t } = useText();
  const [tab, setTab] = useState<Tab>("media");
  const shared = useMemo(() => sharedIn(messages), [messages]);
  return (
    <Tabs<Tab>
      value={tab}
      onChange={setTab}
      label={t("details.shared")}
      tabs={[
        { value: "media", label: t("details.media") },
        { value: "links", label: t("details.links") },
        { value: "docs", label: t("details.docs") },
      ]}
    >
      <div className="uc:py-2">
        <TabBody tab={tab} shared={shared} />
      </div>
    </Tabs>
  );
}

function TabBody({ tab, shared }: { tab: Tab; shared: Shared }) {
  const { t } = useText();
  if (shared[tab].length === 0) {
    return <p className="uc:text-center uc:text-sm uc:text-muted-foreground">{t("details.nothingShared")}</p>;
  }
  if (tab === "media") return <MediaGrid media={shared.media} />;
  if (tab === "docs") {
    return (
      <div className="uc:flex uc:flex-col uc:gap-1">
        {shared.docs.map((file) => (
          <FileLine key={file.id} file={file} isActive />
        ))}
      </div>
    );
  }
  return (
    <ul className="uc:flex uc:flex-col uc:gap-1">
      {shared.links.map((href) => (
        <li key={href} className="uc:truncate">
          <a
            href={href}
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
            className="uc:text-primary uc:underline uc:underline-offset-2"
          >
            {href}
          </a>
        </li>
      ))}
    </ul>
  );
}

function MediaGrid({ media }: { media: readonly Attachment[] }) {
  const [at, setAt] = useState<number | null>(null);
  return (
    <>
      <div className="uc:grid uc:grid-cols-3 uc:gap-1">
        {media.map((file, index) => (
          <Thumb key={file.id} file={file} onOpen={() => setAt(index)} />
        ))}
      </div>
      {at !== null && (
        <Deferred
          of={Lightbox}
          media={media}
          at={at}
          onClose={() => setAt(null)}
          onUnavailable={() => setAt(null)}
        />
      )}
    </>
  );
}

function Thumb({ file, onOpen }: { file: Attachment; onOpen: () => void }) {
  const { t } = useText();
  const { url } = useAttachmentUrl(file);
  const blur = blurOf(file.placeholder);
  const isVideo = file.file_type === "video";
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-label={t(isVideo ? "messages.openVideo" : "messages.openImage", { name: file.name ?? "" })}
      style={blur === undefined ? undefined : { backgroundImage: `url(${blur})` }}
      className="uc:relative uc:aspect-square uc:overflow-hidden uc:rounded-sm uc:bg-muted uc:bg-cover"
    >
      {url !== null && !isVideo && (
        <img
          src={url}
          alt=""
          loading="lazy"
          className="uc:absolute uc:inset-0 uc:size-full uc:object-cover"
        />
      )}
      {url !== null && isVideo && (
        <video
          src={url}
          muted
          preload="metadata"
          className="uc:absolute uc:inset-0 uc:size-full uc:object-cover"
        />
      )}
    </button>
  );
}
