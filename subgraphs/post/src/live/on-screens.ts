import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import type { PostRow } from '../posts/post.ts';

/** A post as far as it is to be decided who may see it, and on whose screens it is. */
export type OnScreen = Pick<PostRow, 'id' | 'authorId' | 'rootId' | 'visibility' | 'mentionedIds'>;

type Database = Pick<PostDatabase, '$queryRaw'>;

const columns = Prisma.sql`p.id, p.author_id AS "authorId", p.root_id AS "rootId", p.visibility,
  p.mentioned_ids AS "mentionedIds"`;

/** Those of some posts that stand. */
export function findStanding(database: Database, postIds: bigint[]): Promise<OnScreen[]> {
  return database.$queryRaw<OnScreen[]>`
    SELECT ${columns} FROM post p WHERE p.id = ANY(${postIds}::bigint[]) AND p.deleted_at IS NULL`;
}

/** The newest posts of an author that stand, in whatever conversation. */
export function findNewestOf(database: Database, authorId: bigint, limit: number): Promise<OnScreen[]> {
  return database.$queryRaw<OnScreen[]>`
    SELECT ${columns} FROM post p WHERE p.author_id = ${authorId} AND p.deleted_at IS NULL
    ORDER BY p.id DESC LIMIT ${limit}::int`;
}
