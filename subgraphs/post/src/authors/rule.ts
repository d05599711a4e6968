import { maySeePost, type Relation } from '@murmuration/relationships';
import { type Visibility, visibilities } from '../posts/post.ts';

/** Which of an author's posts a viewer may see, and which of those they ask for, as bits that SQL can test. */
export const ruleBits = {
  public: 1,
  followers: 2,
  mentioned: 4,
  whereMentioned: 8,
  /** Replies to others as well. */
  replies: 16,
  /** What the author reposted as well. */
  reposts: 32,
} as const satisfies Record<Visibility | 'whereMentioned' | 'replies' | 'reposts', number>;

/** The rule in force while the relation is unknown: the page stays, but nobody's narrower posts are in it. */
export const publicOnly: number = ruleBits.public;

/** The decision itself stays in packages/relationships: it is asked once for each kind of post there is. */
export function ruleOf(viewerId: bigint | null, relation: Relation): number {
  let rule = 0;
  for (const visibility of visibilities) {
    if (maySeePost(viewerId, relation, { visibility, mentionedIds: [] })) rule |= ruleBits[visibility];
  }
  const isMentioned = { visibility: 'mentioned', mentionedIds: viewerId === null ? [] : [viewerId] } as const;
  return maySeePost(viewerId, relation, isMentioned) ? rule | ruleBits.whereMentioned : rule;
}
