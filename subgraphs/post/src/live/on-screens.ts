import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { postColumns, type PostRow } from '../posts/post.ts';

/**
 * Posts of an author that somebody may have on a screen: some by their ids, and those of conversations, by their roots.
 * @param limit how many of the author's newest posts since the oldest root are looked at
 */
export async function findOnScreens(
  database: Pick<PostDatabase, '$queryRaw'>,
  authorId: bigint,
  { limit, postIds, rootIds }: { postIds: bigint[]; rootIds: bigint[]; limit: number },
): Promise<PostRow[]> {
  const oldest = rootIds.reduce((least, id) => (id < least ? id : least), rootIds[0] ?? 0n);
  // A post is younger than its root, and ids are in the order of time.
  const inThreads = Prisma.sql`SELECT * FROM (
      SELECT p.* FROM post p WHERE p.author_id = ${authorId} AND p.id >= ${oldest} ORDER BY p.id DESC LIMIT ${limit}) newest
    WHERE newest.root_id = ANY(${rootIds}::bigint[])`;
  const found = await database.$queryRaw<PostRow[]>`
    WITH found AS (
      SELECT p.* FROM post p WHERE p.id = ANY(${postIds}::bigint[]) AND p.author_id = ${authorId}
      ${rootIds.length === 0 ? Prisma.empty : Prisma.sql`UNION ALL ${inThreads}`})
    SELECT ${postColumns} FROM found p WHERE p.deleted_at IS NULL`;
  return [...new Map(found.map((post) => [post.id, post])).values()];
}
