import type { LogEvent } from '../log/log-event.ts';

/** A viewer with an open stream, as far as routing is concerned. */
export interface Viewer {
  viewerId: bigint;
  /** Whom they follow, and since which event. */
  since: ReadonlyMap<bigint, bigint>;
}

/**
 * Whether an addition may belong in a viewer's home by whom they follow; for reposts the database still has
 * to say whether it is the first one.
 */
export function isAddressed({ viewerId, since }: Viewer, event: LogEvent): boolean {
  const { post } = event;
  if (!post || post.isDeleted) return false;
  if (event.authorId === viewerId) return event.kind === 'post';
  if (!followsAt(since, event.authorId, event.seq)) return false;
  if (event.kind === 'repost') return post.authorId !== viewerId && !since.has(post.authorId);
  const { replyToAuthorId } = post;
  return replyToAuthorId === null || replyToAuthorId === viewerId || since.has(replyToAuthorId);
}

function followsAt(since: ReadonlyMap<bigint, bigint>, authorId: bigint, seq: bigint): boolean {
  const began = since.get(authorId);
  return began !== undefined && seq > began;
}
