import { idArray, pageStatements, pageValues } from '@murmuration/postgres';
import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import type { PageRequest } from '@murmuration/service-kit/subgraph';
import { type ListedPost, postColumns } from '../posts/post.ts';
import { write } from '../written.ts';

/** Whether an author lets others see what they like. */
export interface LikesSetting {
  authorId: bigint;
  isShown: boolean;
}

const settings = {
  name: 'shown-likes',
  text: `SELECT author_id AS "authorId", is_shown AS "isShown" FROM shown_likes WHERE author_id = ANY($1::bigint[])`,
} as const;

/** Those who ever said something about it. */
export function findLikesSettings(database: PostDatabase, authorIds: bigint[]): Promise<LikesSetting[]> {
  return database.$reads.query(settings, [idArray(authorIds)]);
}

/** Saying the same again changes nothing. */
export async function writeLikesSetting(
  database: PostDatabase,
  { authorId, isShown }: LikesSetting,
): Promise<void> {
  const statement = Prisma.sql`
    INSERT INTO shown_likes AS s (author_id, is_shown) VALUES (${authorId}::bigint, ${isShown}::boolean)
    ON CONFLICT (author_id) DO UPDATE SET is_shown = excluded.is_shown WHERE s.is_shown <> excluded.is_shown`;
  await write(database, 'show-likes', statement);
}

/**
 * The person is bounded by comparing rows instead of by `=`, or the planner would sort all that somebody ever liked. Each post
 * is one look into the partition that its id names.
 */
const likedPages = pageStatements(
  'liked-pages',
  (direction) => `SELECT asked.ordinal, found.*
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
      WITH ORDINALITY AS asked (person_id, low, high, ordinal)
    CROSS JOIN LATERAL (
      SELECT l.id AS key, ${postColumns.text} FROM post_like l
      CROSS JOIN LATERAL (SELECT * FROM post WHERE post.id = l.post_id AND post.deleted_at IS NULL LIMIT 1) p
      WHERE l.active AND l.user_id = asked.person_id AND l.id > asked.low AND l.id < asked.high
      ORDER BY l.id ${direction} LIMIT $4) found
    ORDER BY asked.ordinal, found.key ${direction}`,
);

/** Pages of what several people like, by the ids of their likes. */
export function findLikedPages(database: PostDatabase, request: PageRequest): Promise<ListedPost[]> {
  return database.$reads.query(likedPages[request.direction], pageValues(request));
}
