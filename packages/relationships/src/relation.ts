/**
 * What a viewer and an author are to each other, as bits: small enough to cache by the million and asked
 * for every post shown.
 */
export const relationBits = {
  viewerBlocks: 1,
  blocksViewer: 2,
  viewerMutes: 4,
  viewerFollows: 8,
  followsViewer: 16,
  viewerRequested: 32,
  authorPrivate: 64,
  authorSuspended: 128,
  /** No such account. */
  authorMissing: 256,
  self: 512,
} as const;

/** A sum of {@link relationBits}. */
export type Relation = number;

export function has(relation: Relation, bit: keyof typeof relationBits): boolean {
  return (relation & relationBits[bit]) !== 0;
}

/** What of a post decides who may see it. */
export interface PostAudience {
  visibility: 'public' | 'followers' | 'mentioned';
  mentionedIds: readonly bigint[];
}

/** Whether the author exists for the viewer at all: their name, their profile. */
export function maySeeProfile(relation: Relation): boolean {
  return (
    !has(relation, 'authorMissing') && !has(relation, 'authorSuspended') && !has(relation, 'blocksViewer')
  );
}

/**
 * Whether the viewer may see a post of the author. A block hides posts in both directions; a private
 * account's posts are for its followers whatever each post says; who is mentioned may see the mention.
 * A mute hides nothing that was asked for by name: it only keeps people out of home, lists and live events
 * (see {@link maySuggest}).
 */
export function maySeePost(viewerId: bigint | null, relation: Relation, post: PostAudience): boolean {
  if (has(relation, 'self')) return true;
  if (!maySeeProfile(relation) || has(relation, 'viewerBlocks')) return false;
  const isFollower = has(relation, 'viewerFollows');
  if (isFollower && post.visibility !== 'mentioned') return true;
  const isMentioned = viewerId !== null && post.mentionedIds.includes(viewerId);
  if (isMentioned) return true;
  return post.visibility === 'public' && !has(relation, 'authorPrivate');
}

/** Whether the author's posts may come up unasked: in home, under a hashtag, as a live event. */
export function maySuggest(relation: Relation): boolean {
  return !has(relation, 'viewerMutes');
}
