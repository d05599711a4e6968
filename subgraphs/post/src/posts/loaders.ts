import type { PostDatabase } from '@murmuration/prisma/post';
import {
  type Relation,
  relationBatchLimit,
  relationBits,
  type Relationships,
} from '@murmuration/relationships';
import { inSpan } from '@murmuration/service-kit';
import { createLoader, loaderLimits } from '@murmuration/service-kit/subgraph';
import type { EventGrant } from '@murmuration/service-kit/subgraph';
import DataLoader from 'dataloader';
import { isGranted, isVisible } from './policy.ts';
import type { PostRow } from './post.ts';
import {
  type DetailedPost,
  findDetailedPosts,
  findDetails,
  type PostCounts,
  type PostDetails,
} from './repository.ts';

/** What the event that a request completes lets an anonymous reader see; null without one. */
export type ReadGrant = () => Promise<EventGrant | null> | null;

export interface PostLoaders {
  /** Rows as stored, whoever asks; tombstones too. Not for answering with. */
  rows: DataLoader<bigint, PostRow | null>;
  /** What a post has become. At once for a post that was read by its id. */
  detail<Name extends keyof PostDetails>(
    postId: bigint,
    name: Name,
  ): PostDetails[Name] | Promise<PostDetails[Name]>;
  /** Takes what was read for the viewer with a list. */
  learn(row: DetailedPost): void;
  /** Takes counts that were read for somebody else: they are the same for everyone. */
  learnCounts(postId: bigint, counts: PostCounts): void;
  /** The viewer's relation to an author. */
  relation(authorId: bigint): Promise<Relation>;
  /** The post itself if it exists for the viewer. The only way from a row to an answer. */
  visible(row: PostRow): Promise<PostRow | null>;
  /** Like `visible`, by id. */
  visibleById(id: bigint): Promise<PostRow | null>;
}

const untouched: PostDetails = {
  likeCount: 0,
  replyCount: 0,
  repostCount: 0,
  quoteCount: 0,
  viewerHasLiked: false,
  viewerHasReposted: false,
};

export function createPostLoaders(
  database: PostDatabase,
  relationships: Relationships,
  viewerId: bigint | null,
  readGrant: ReadGrant,
): PostLoaders {
  const known = new Map<bigint, Partial<PostDetails>>();
  const details = createLoader(
    (ids: bigint[]) => findDetails(database, viewerId, ids),
    (row) => row.postId,
  );
  const rows = createLoader(readRows, (row) => row.id);
  const relations = new DataLoader((authorIds: readonly bigint[]) => readRelations(authorIds), {
    maxBatchSize: relationBatchLimit,
  });
  const relation = (authorId: bigint) => relations.load(authorId);
  // By the batch: row by row, a page of posts took some hundred promises.
  const visibleRows = new DataLoader((ids: readonly bigint[]) => readVisible(ids), {
    maxBatchSize: loaderLimits.maxBatchSize,
  });

  function learn(row: DetailedPost): void {
    known.set(row.id, row);
  }

  async function readRows(ids: readonly bigint[]): Promise<PostRow[]> {
    const found = await findDetailedPosts(database, viewerId, ids);
    found.forEach(learn);
    return found;
  }

  async function readVisible(ids: readonly bigint[]): Promise<(PostRow | null | Error)[]> {
    const found = await inSpan('loader', { 'loader.keys': ids.length }, () => readRows(ids));
    const existing = new Map(found.flatMap((row) => (row.isDeleted ? [] : [[row.id, row]])));
    const authorIds = [...new Set(existing.values().map((row) => row.authorId))];
    const [grant, read] = await Promise.all([readGrant(), relations.loadMany(authorIds)]);
    const relationOf = new Map(authorIds.map((authorId, index) => [authorId, read[index]]));
    return ids.map((id) => {
      const row = existing.get(id);
      if (!row) return null;
      const seenBy = relationOf.get(row.authorId);
      if (typeof seenBy !== 'number') return seenBy ?? null;
      return isVisible(viewerId, seenBy, row) || (grant && isGranted(grant, seenBy, row)) ? row : null;
    });
  }

  /** What a person is to themselves needs no asking, so their own posts stay there while `user` is away. */
  async function readRelations(authorIds: readonly bigint[]): Promise<(Relation | Error)[]> {
    const others = authorIds.filter((authorId) => authorId !== viewerId);
    const found = await relationships.read(viewerId, others);
    const own = authorIds.findIndex((authorId) => authorId === viewerId);
    return own === -1 ? found : found.toSpliced(own, 0, relationBits.self);
  }

  async function visible(row: PostRow): Promise<PostRow | null> {
    if (row.isDeleted) return null;
    return isVisible(viewerId, await relation(row.authorId), row) ? row : null;
  }

  return {
    rows,
    detail(postId, name) {
      const here = known.get(postId)?.[name];
      return here !== undefined ? here : details.load(postId).then((found) => (found ?? untouched)[name]);
    },
    learn,
    learnCounts(postId, { likeCount, quoteCount, replyCount, repostCount }) {
      known.set(postId, { likeCount, quoteCount, replyCount, repostCount, ...known.get(postId) });
    },
    relation,
    visible,
    visibleById: (id) => visibleRows.load(id),
  };
}
