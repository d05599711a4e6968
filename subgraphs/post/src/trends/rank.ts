import { createHash } from 'node:crypto';
import { type Place, timeOf } from '@murmuration/ids';
import type { TrendLimits } from './limits.ts';

/** The newest post of an author under a tag. */
export interface TagUse {
  tag: string;
  authorId: bigint;
  postId: bigint;
}

/** A post with those who did something with it, each once. */
export interface ReactedPost {
  postId: bigint;
  authorId: bigint;
  likes: number;
  reposts: number;
}

/** In the order of their places, the highest first. */
export interface TrendingTag {
  place: Place;
  tag: string;
  authorCount: number;
}
export interface TrendingPost {
  place: Place;
  authorId: bigint;
}

type Halving = Pick<TrendLimits, 'halfLifeHours'>;

/** How much a repost weighs against a like: it is shown to others. */
const repostWeight = 2;
const scale = 1_000_000;

/** How often what was said then has doubled since the beginning of ids, against what was said at that beginning. */
function doublings(id: bigint, { halfLifeHours }: Halving): number {
  return (timeOf(id) - timeOf(0n)) / (halfLifeHours * 3_600_000);
}

/**
 * The logarithm of a sum whose parts halve with time, all by the same factor: so it stays as it is while nothing is added, and
 * is good as a place in a list.
 */
function scoreOf(parts: readonly { weight: number; id: bigint }[], halving: Halving): bigint {
  const ages = parts.map(({ id }) => doublings(id, halving));
  const newest = Math.max(...ages);
  const sum = parts.reduce(
    (total, { weight }, index) => total + weight * 2 ** ((ages[index] ?? 0) - newest),
    0,
  );
  return BigInt(Math.round(scale * (newest + Math.log2(sum))));
}

/** Ties are decided by a number of the tag's own: one from 0 to 2^63-1. */
function numberOf(tag: string): bigint {
  return createHash('sha256').update(tag).digest().readBigUInt64BE() >> 1n;
}

const byPlace = (a: { place: Place }, b: { place: Place }) => {
  const [left, right] = a.place.key === b.place.key ? [a.place.id, b.place.id] : [a.place.key, b.place.key];
  return left < right ? 1 : left > right ? -1 : 0;
};

/** The first `count` of each author's, which come in the order in which they are taken. */
function fewOfEach<One extends { authorId: bigint }>(all: readonly One[], count: number): One[] {
  const taken = new Map<bigint, number>();
  return all.filter(({ authorId }) => {
    const before = taken.get(authorId) ?? 0;
    taken.set(authorId, before + 1);
    return before < count;
  });
}

/**
 * Hashtags by how many people use them of late: each author counts once for a tag, by when they used it last, and for a few
 * tags only.
 * @param uses the newest first
 */
export function rankTags(
  uses: readonly TagUse[],
  limits: Halving & Pick<TrendLimits, 'tagsOfEach' | 'authors'>,
  count: number,
): TrendingTag[] {
  const counted = Map.groupBy(fewOfEach(uses, limits.tagsOfEach), ({ tag }) => tag);
  return [...counted]
    .filter(([, of]) => of.length >= limits.authors)
    .map(([tag, of]) => ({
      place: {
        key: scoreOf(
          of.map(({ postId }) => ({ weight: 1, id: postId })),
          limits,
        ),
        id: numberOf(tag),
      },
      tag,
      authorCount: of.length,
    }))
    .toSorted(byPlace)
    .slice(0, count);
}

/** Posts by how many people like and repost them, younger ones before older ones, and of each author a few only. */
export function rankPosts(
  posts: readonly ReactedPost[],
  limits: Halving & Pick<TrendLimits, 'postsOfEach'>,
  count: number,
): TrendingPost[] {
  const ranked = posts
    .map(({ authorId, likes, postId, reposts }) => ({
      place: { key: scoreOf([{ weight: likes + repostWeight * reposts, id: postId }], limits), id: postId },
      authorId,
    }))
    .toSorted(byPlace);
  return fewOfEach(ranked, limits.postsOfEach).slice(0, count);
}
