import type { Relation } from '@murmuration/relationships';
import { notFound } from '@murmuration/service-kit';
import type { Asker } from '../loaders.ts';
import { requireVisible } from './policy.ts';
import type { PostRow } from './post.ts';

export interface Addressed {
  post: PostRow;
  /** The viewer's relation to its author. */
  relation: Relation;
}

/**
 * The post that a mutation is about, which a field of its input names.
 * @throws UserErrors `NotFound` or `Blocked` as {@link requireVisible} says
 * @throws GraphQLError `DOWNSTREAM_ERROR` while nobody can say whether the viewer may see it
 */
export async function loadAddressed(asker: Asker, field: string, postId: bigint): Promise<Addressed> {
  const { loaders, viewerId } = asker;
  const path = [field];
  const row = await loaders.rows.load(postId);
  if (row === null || row.isDeleted) throw notFound('post', { path });
  const relation = await loaders.relation(row.authorId);
  return { post: requireVisible(viewerId, relation, row, path), relation };
}
