import type { PostDatabase } from '@murmuration/prisma/post';
import {
  maySeePost,
  type Relation,
  relationBatchLimit,
  type Relationships,
} from '@murmuration/relationships';
import type { TrendLimits } from './limits.ts';
import { rankPosts, rankTags, type TagUse, type TrendingPost, type TrendingTag } from './rank.ts';
import { findReactedPosts, findTagUses } from './repository.ts';

export interface Trends {
  tags: TrendingTag[];
  posts: TrendingPost[];
}

export interface TrendSources {
  database: PostDatabase;
  relationships: Pick<Relationships, 'read'>;
  limits: TrendLimits;
  /** Folded. */
  blockedTags: ReadonlySet<string>;
}

/**
 * Counts what people talk about, by what everybody may see: private accounts and those that are hidden count for nothing.
 * @throws GraphQLError `DOWNSTREAM_ERROR` while nobody can say who these are
 */
export async function countTrends(sources: TrendSources): Promise<Trends> {
  const { blockedTags, database, limits } = sources;
  const [uses, reacted] = await Promise.all([
    findTagUses(database, limits),
    findReactedPosts(database, limits),
  ]);
  const allowed = uses.filter(({ tag }) => !blockedTags.has(tag));
  const likely = new Set(rankTags(allowed, limits, limits.candidates).map(({ tag }) => tag));
  const closer = allowed.filter(({ tag }) => likely.has(tag));
  const posts = rankPosts(reacted, limits, limits.candidates);
  const seen = await seenByEverybody(sources, [...posts, ...closer]);
  const isSeen = ({ authorId }: Pick<TagUse, 'authorId'>) => seen.has(authorId);
  return {
    tags: rankTags(closer.filter(isSeen), limits, limits.kept),
    posts: posts.filter(isSeen).slice(0, limits.kept),
  };
}

/** Those of the authors whom it may be asked about that an anonymous reader sees. */
async function seenByEverybody(
  { limits, relationships }: TrendSources,
  of: readonly { authorId: bigint }[],
): Promise<ReadonlySet<bigint>> {
  const authorIds = [...new Set(of.map(({ authorId }) => authorId))].slice(0, limits.authorsAsked);
  const seen = new Set<bigint>();
  for (let from = 0; from < authorIds.length; from += relationBatchLimit) {
    const some = authorIds.slice(from, from + relationBatchLimit);
    const relations = await relationships.read(null, some);
    some.forEach((authorId, index) => {
      const relation = relations[index] as Relation | Error;
      if (relation instanceof Error) throw relation;
      if (maySeePost(null, relation, { visibility: 'public', mentionedIds: [] })) seen.add(authorId);
    });
  }
  return seen;
}
