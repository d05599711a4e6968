import type { PostDatabase } from '@murmuration/prisma/post';
import { postEvents } from '../internal/payloads.ts';
import { returningPlace, writtenAt } from '../written.ts';
import { answeredDeltas, authorDeltas } from './counting.ts';
import { listedTags } from './insert.ts';
import type { PostRow } from './post.ts';

/**
 * Makes a tombstone of a post and moves every count and event with it, in one statement. Of a post that was not
 * for everyone it keeps whom it named: only they may be told that it went. Its likes and reposts stay: they
 * are other people's rows, and nobody can see them any more.
 * @returns where its event was written; null when it had been taken back before
 */
export async function removePost(database: PostDatabase, post: PostRow): Promise<string | null> {
  const [outcome] = await database.$queryRaw<[{ writtenAt: string | null }]>`
    WITH p AS (
      UPDATE post SET text = '', facets = '[]', deleted_at = clock_timestamp(), version = version + 1,
        mentioned_ids = CASE WHEN visibility = 'public' THEN '{}' ELSE mentioned_ids END
      WHERE id = ${post.id}::bigint AND deleted_at IS NULL RETURNING *),
    untagged AS (
      DELETE FROM post_hashtag h USING p
      WHERE h.post_id = p.id AND h.tag = ANY(${listedTags(post)}::text[])),
    counted AS (${answeredDeltas(-1)}),
    authored AS (${authorDeltas(-1)}),
    published AS (${postEvents()} ${returningPlace})
    SELECT ${writtenAt} AS "writtenAt"`;
  return outcome.writtenAt;
}
