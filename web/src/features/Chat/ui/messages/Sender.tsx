import type { UserId } from "../../lib/types.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { useScene } from "./scene.ts";

/** Who says it, above the first message of a group. */
export function SenderLine({ userId }: { userId: UserId }) {
  const { face } = useScene();
  return (
    <div className="uc:truncate uc:text-[0.8125rem] uc:font-semibold uc:text-primary">
      <bdi>{face(userId).name}</bdi>
    </div>
  );
}

/** The sender's picture beside the last message of a group; beside the others its room stays free. */
export function SenderPicture({ userId, isShown }: { userId: UserId; isShown: boolean }) {
  const { face } = useScene();
  if (!isShown) return <span aria-hidden="true" className="uc:w-7 uc:shrink-0" />;
  const { initials, avatar } = face(userId);
  return <Avatar size="sm" initials={initials} seed={userId} src={avatar} />;
}
