import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { countsSql, listedTags } from './insert.ts';
import type { PostRow } from './post.ts';

/**
 * Makes a tombstone of a post and moves every count and event with it, in one statement. Its likes and
 * reposts stay: they are other people's rows, and nobody can see them any more.
 * @returns whether it stood until now
 */
export async function removePost(database: PostDatabase, post: PostRow): Promise<boolean> {
  const quotedAuthor = Prisma.sql`(SELECT q.author_id::text FROM post q WHERE q.id = p.quoted_id)`;
  const [outcome] = await database.$queryRaw<[{ removed: boolean }]>`
    WITH p AS (
      UPDATE post SET text = '', facets = '[]', mentioned_ids = '{}', deleted_at = clock_timestamp(),
        version = version + 1
      WHERE id = ${post.id}::bigint AND deleted_at IS NULL RETURNING *),
    untagged AS (
      DELETE FROM post_hashtag h USING p
      WHERE h.post_id = p.id AND h.tag = ANY(${listedTags(post)}::text[])),
    counted AS (${countsSql(-1)}),
    authored AS (INSERT INTO author_count_delta (author_id, post_delta) SELECT author_id, -1 FROM p),
    published AS (
      INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload)
      SELECT 'post', id::text, version, 'post.changed', jsonb_build_object(
        'postId', id::text, 'authorId', author_id::text, 'text', '', 'replyToId', reply_to_id::text,
        'replyToAuthorId', reply_to_author_id::text, 'rootId', root_id::text, 'quotedId', quoted_id::text,
        'quotedAuthorId', ${quotedAuthor}, 'visibility', visibility, 'mentionedIds', '[]'::jsonb,
        'isDeleted', true) FROM p)
    SELECT EXISTS (SELECT 1 FROM p) AS removed`;
  return outcome.removed;
}
