import type { PostDatabase } from '@murmuration/prisma/post';
import type { TrendLimits } from './limits.ts';
import type { ReactedPost, TagUse } from './rank.ts';

/** Who used which hashtag last in which public post, the newest first. */
export function findTagUses(
  database: PostDatabase,
  { uses, windowHours }: Pick<TrendLimits, 'uses' | 'windowHours'>,
): Promise<TagUse[]> {
  return database.$queryRaw<TagUse[]>`
    SELECT u.tag, p.author_id AS "authorId", max(u.post_id) AS "postId"
    FROM (SELECT tag, post_id FROM post_hashtag
      WHERE post_id > id_at(now() - ${windowHours}::integer * interval '1 hour')
      ORDER BY post_id DESC LIMIT ${uses}) u
    CROSS JOIN LATERAL (SELECT author_id FROM post WHERE post.id = u.post_id
      AND visibility = 'public' AND deleted_at IS NULL LIMIT 1) p
    GROUP BY u.tag, p.author_id ORDER BY "postId" DESC, u.tag`;
}

/** The newest public posts that were liked or reposted by enough people, the most of them first. */
export function findReactedPosts(
  database: PostDatabase,
  { candidates, posts, reactions, windowHours }: TrendLimits,
): Promise<ReactedPost[]> {
  return database.$queryRaw<ReactedPost[]>`
    SELECT p.id AS "postId", p.author_id AS "authorId", c.likes, c.reposts
    FROM (SELECT id, author_id, visibility, deleted_at FROM post
      WHERE id > id_at(now() - ${windowHours}::integer * interval '1 hour')
      ORDER BY id DESC LIMIT ${posts}) p
    CROSS JOIN LATERAL (SELECT like_count::int AS likes, repost_count::int AS reposts
      FROM post_count WHERE post_id = p.id LIMIT 1) c
    WHERE p.visibility = 'public' AND p.deleted_at IS NULL AND c.likes + c.reposts >= ${reactions}
    ORDER BY c.likes + c.reposts DESC, p.id DESC LIMIT ${4 * candidates}`;
}
