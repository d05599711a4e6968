import type { PostAudience } from '@murmuration/relationships';

/** An entry of a home timeline: a post, or a repost of one. */
export interface Entry extends PostAudience {
  /** The post's or the repost's id: its place in the timeline. */
  id: bigint;
  postId: bigint;
  authorId: bigint;
  /** Who brought it in, when it is a repost. */
  reposterId: bigint | null;
}
