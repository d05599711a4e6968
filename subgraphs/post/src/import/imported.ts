import type { Visibility } from '../posts/post.ts';

/** A post as it comes from elsewhere, with an id made in code: `idAt(ms) + n`, at most 1,024 a millisecond. */
export interface ImportedPost {
  id: bigint;
  authorId: bigint;
  text: string;
  /** A post that was imported earlier, or stands earlier in the list. */
  replyToId?: bigint | null;
  quotedId?: bigint | null;
  /** Left out: as a client's post. */
  visibility?: Visibility;
}

/** A like or a repost as it comes from elsewhere. */
export interface ImportedReaction {
  /** When it was; the sort key of lists and, for a repost, its place in timelines. */
  id: bigint;
  personId: bigint;
  postId: bigint;
}
