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
  poll?: ImportedPoll | null;
}

/** What a post asks, with all votes that there were: whoever is told its end is told once, so none comes later. */
export interface ImportedPoll {
  options: readonly string[];
  isMultiple: boolean;
  /** Unix milliseconds. One that has ended is told so to all who took part, soon. */
  endsAtMs: number;
  votes: readonly ImportedVote[];
}

export interface ImportedVote {
  voterId: bigint;
  /** Places of options, from 0. */
  choices: readonly number[];
}

/** A like or a repost as it comes from elsewhere. */
export interface ImportedReaction {
  /** When it was; the sort key of lists and, for a repost, its place in timelines. */
  id: bigint;
  personId: bigint;
  postId: bigint;
}
