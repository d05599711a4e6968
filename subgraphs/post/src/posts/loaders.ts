import type { PostDatabase } from '@murmuration/prisma/post';
import {
  type Relation,
  relationBatchLimit,
  relationBits,
  type Relationships,
} from '@murmuration/relationships';
import { createLoader } from '@murmuration/service-kit';
import DataLoader from 'dataloader';
import { isVisible } from './audience.ts';
import type { PostRow } from './post.ts';
import { findCounts, findPosts, type PostCounts } from './repository.ts';

export interface PostLoaders {
  /** Rows as stored, whoever asks; tombstones too. Not for answering with. */
  rows: DataLoader<bigint, PostRow | null>;
  counts: DataLoader<bigint, PostCounts | null>;
  /** The viewer's relation to an author. */
  relation(authorId: bigint): Promise<Relation>;
  /** The post itself if it exists for the viewer. The only way from a row to an answer. */
  visible(row: PostRow): Promise<PostRow | null>;
  /** Like `visible`, by id. */
  visibleById(id: bigint): Promise<PostRow | null>;
}

export function createPostLoaders(
  database: PostDatabase,
  relationships: Relationships,
  viewerId: bigint | null,
): PostLoaders {
  const rows = createLoader(
    (ids: bigint[]) => findPosts(database, ids),
    (row) => row.id,
  );
  const relations = new DataLoader((authorIds: readonly bigint[]) => readRelations(authorIds), {
    maxBatchSize: relationBatchLimit,
  });
  const relation = (authorId: bigint) => relations.load(authorId);

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
    counts: createLoader(
      (ids: bigint[]) => findCounts(database, ids),
      (row) => row.postId,
    ),
    relation,
    visible,
    async visibleById(id) {
      const row = await rows.load(id);
      return row === null ? null : visible(row);
    },
  };
}
