import type { PostAudience } from '@murmuration/relationships';
import type { NotificationKind } from './kinds.ts';

/** Who did what a notification tells of, and for whom the post is that they did it by. */
export interface Actor {
  id: bigint;
  visibility: PostAudience['visibility'] | null;
  isMentioned: boolean;
}

/** A notification as it is kept, with the newest of those who did what it tells of. */
export interface KeptNotification {
  id: bigint;
  kind: NotificationKind;
  /** The recipient's post that was liked or reposted, what was said, or what asked; null: it is about people alone. */
  postId: bigint | null;
  place: bigint;
  /** Those who still do it, also whom the recipient may not see. */
  actorCount: number;
  actors: Actor[];
  grewAt: Date;
}

/** A notification as it is shown to its recipient right now. */
export interface Notification {
  id: bigint;
  recipientId: bigint;
  kind: NotificationKind;
  postId: bigint | null;
  place: bigint;
  actorIds: bigint[];
  actorCount: number;
  grewAt: Date;
  isUnread: boolean;
}

/** One whose sight nobody could decide: its place stands, and says no more. */
export interface UnknownNotification {
  place: bigint;
  because: Error;
}

export function isUnknown(seen: Notification | UnknownNotification): seen is UnknownNotification {
  return 'because' in seen;
}
