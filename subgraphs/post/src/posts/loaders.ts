import type { PostDatabase } from '@murmuration/prisma/post';
import {
  type Relation,
  relationBatchLimit,
  relationBits,
  type Relationships,
} from '@murmuration/relationships';
import { createLoader, inSpan, loaderLimits } from '@murmuration/service-kit';
import DataLoader from 'dataloader';
import { isVisible } from './audience.ts';
import type { PostRow } from './post.ts';
import { findDetailedPosts, findDetails, type PostDetails } from './repository.ts';

export interface PostLoaders {
  /** Rows as stored, whoever asks; tombstones too. Not for answering with. */
  rows: DataLoader<bigint, PostRow | null>;
  /** What a post has become. At once for a post that was read by its id. */
  detail<Name extends keyof PostDetails>(
    postId: bigint,
    name: Name,
  ): PostDetails[Name] | Promise<PostDetails[Name]>;
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
): PostLoaders {
  const known = new Map<bigint, PostDetails>();
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

  async function readRows(ids: readonly bigint[]): Promise<PostRow[]> {
    const found = await findDetailedPosts(database, viewerId, ids);
    for (const row of found) known.set(row.id, row);
    return found;
  }

  async function readVisible(ids: readonly bigint[]): Promise<(PostRow | null | Error)[]> {
    const found = await inSpan('loader', { 'loader.keys': ids.length }, () => readRows(ids));
    const existing = new Map(found.flatMap((row) => (row.isDeleted ? [] : [[row.id, row]])));
    const authorIds = [...new Set(existing.values().map((row) => row.authorId))];
    const read = await relations.loadMany(authorIds);
    const relationOf = new Map(authorIds.map((authorId, index) => [authorId, read[index]]));
    return ids.map((id) => {
      const row = existing.get(id);
      if (!row) return null;
      const seenBy = relationOf.get(row.authorId);
      if (typeof seenBy !== 'number') return seenBy ?? null;
      return isVisible(viewerId, seenBy, row) ? row : null;
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
      const here = known.get(postId);
      return here ? here[name] : details.load(postId).then((found) => (found ?? untouched)[name]);
    },
    relation,
    visible,
    visibleById: (id) => visibleRows.load(id),
  };
}
