import type { Page } from '@murmuration/ids';
import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { type PostRow, postColumns } from '../posts/post.ts';

const highest = (1n << 63n) - 1n;

/** Posts listed under a tag, newest first; only public ones were ever listed. */
export function findTagged(database: PostDatabase, tag: string, page: Page): Promise<PostRow[]> {
  const direction = Prisma.raw(page.direction === 'forward' ? 'DESC' : 'ASC');
  return database.$queryRaw<PostRow[]>`
    SELECT ${postColumns} FROM post_hashtag h JOIN post p ON p.id = h.post_id AND p.deleted_at IS NULL
    WHERE h.tag = ${tag} AND h.post_id < ${page.after ?? highest}::bigint
      AND h.post_id > ${page.before ?? -1n}::bigint
    ORDER BY h.post_id ${direction} LIMIT ${page.limit}`;
}
