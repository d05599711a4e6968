import type { Page } from '@murmuration/ids';
import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { type PostRow, postColumns } from '../posts/post.ts';

const highest = (1n << 63n) - 1n;

/**
 * Posts listed under a tag, newest first; only public ones that stand are listed. The ids are found first:
 * a join would read its way through all newer posts to those of a tag nobody uses any more.
 */
export function findTagged(database: PostDatabase, tag: string, page: Page): Promise<PostRow[]> {
  const direction = Prisma.raw(page.direction === 'forward' ? 'DESC' : 'ASC');
  return database.$queryRaw<PostRow[]>`
    SELECT ${postColumns} FROM post p WHERE p.id = ANY(ARRAY(
      SELECT h.post_id FROM post_hashtag h
      WHERE h.tag = ${tag} AND h.post_id < ${page.after ?? highest}::bigint
        AND h.post_id > ${page.before ?? -1n}::bigint
      ORDER BY h.post_id ${direction} LIMIT ${page.limit}))
    ORDER BY p.id ${direction}`;
}
