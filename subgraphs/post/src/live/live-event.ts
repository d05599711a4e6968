import type { Cursored, Member, Placed } from '@murmuration/events';
import type { DetailedPost } from '../posts/repository.ts';

/** What a stream carries; the posts in it were read once for all who are told, `audience` is the token for them. */
export type LiveItem =
  | { type: 'ReplyAdded'; post: DetailedPost; audience?: string | undefined }
  | {
      type: 'PublicPostAdded';
      post: DetailedPost;
      /** What its poll lets people choose from: it may have what somebody does not want to meet. */
      pollOptions: readonly string[];
      audience?: string | undefined;
    }
  | { type: 'CountsChanged'; post: DetailedPost; audience?: string | undefined }
  | { type: 'PostDeleted'; postId: bigint };

export type PlacedItem = Placed<LiveItem>;
export type LiveEvent = Cursored<LiveItem>;
export type LiveEventOf<Type extends LiveEvent['type']> = Extract<LiveEvent, { type: Type }>;

/** What a stream is about. */
export type Subject =
  | {
      kind: 'thread';
      rootId: bigint;
      /** Of the posts in it, those that certainly were there for the viewer when the stream began; which answers were, is not known. */
      shown: readonly ShownPost[];
    }
  /** What is said under a hashtag, or by anybody. */
  | { kind: 'public' }
  /** Ids that existed for the viewer when the stream began, and those that did not. */
  | { kind: 'posts'; shown: readonly ShownPost[]; gone: readonly bigint[] };

/** A post on a screen, and whose it is. */
export interface ShownPost {
  id: bigint;
  authorId: bigint;
}

export type Watcher = Member<LiveItem, Subject>;
