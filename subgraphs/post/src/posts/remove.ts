import { idAt } from '@murmuration/ids';
import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { findTags } from '../hashtags/tag.ts';
import { postEvents } from '../internal/payloads.ts';
import { returningPlace, write, writtenAt } from '../written.ts';
import { pollLimits } from '../polls/limits.ts';
import { answeredDeltas, authorDeltas } from './counting.ts';
import { listedTags } from './insert.ts';
import type { PostRow } from './post.ts';

export const removalLimits = {
  /** How long after its id a post's event was written at most: a statement has no longer. */
  eventWithinMs: 60_000,
} as const;

const eventWithin = idAt(removalLimits.eventWithinMs) - idAt(0);

/**
 * Body of a CTE that takes what was said out of the event that once announced the post, if that is still there. Events have ids of
 * the same sequence, so it lies just behind the post's own id; what was imported has it elsewhere.
 */
function blankEvent(postId: bigint): Prisma.Sql {
  return Prisma.sql`UPDATE outbox SET payload = jsonb_set(payload, '{text}', '""') - 'pollOptions'
    WHERE id = (
      SELECT o.id FROM outbox o
      WHERE o.id > ${postId}::bigint AND o.id < ${postId + eventWithin}::bigint
        AND o.aggregatetype = 'post' AND o.aggregateid = ${postId.toString()}
      ORDER BY o.id LIMIT 1)
    AND id > ${postId}::bigint AND id < ${postId + eventWithin}::bigint AND EXISTS (SELECT FROM p)`;
}

/** As its facets have them, and as they are found today. */
function everListed(post: PostRow): string[] {
  return [...new Set([...listedTags(post), ...findTags(post.text).map(({ tag }) => tag)])];
}

/**
 * Makes a tombstone of a post and moves every count and event with it, in one statement. Of a post that was not
 * for everyone it keeps whom it named: only they may be told that it went. Its likes and reposts stay: they
 * are other people's rows, and nobody can see them any more. Its poll ends untold, and its votes go soon. The text goes
 * out of the outbox too: see docs/security.md for where it stays, and how long.
 * @returns where its event was written; null when it had been taken back before
 */
export async function removePost(database: PostDatabase, post: PostRow): Promise<string | null> {
  const statement = Prisma.sql`
    WITH p AS (
      UPDATE post SET text = '', facets = '[]', deleted_at = clock_timestamp(), version = version + 1,
        mentioned_ids = CASE WHEN visibility = 'public' THEN '{}' ELSE mentioned_ids END
      WHERE id = ${post.id}::bigint AND deleted_at IS NULL RETURNING *),
    untagged AS (
      DELETE FROM post_hashtag h USING p
      WHERE h.post_id = p.id AND h.tag = ANY(${everListed(post)}::text[])),
    polled AS (
      UPDATE poll q SET options = '{}', removed_at = clock_timestamp(),
        due_at = clock_timestamp() + ${pollLimits.forgottenAfterMs}::int * interval '1 millisecond'
      FROM p WHERE q.post_id = p.id),
    counted AS (${answeredDeltas(-1)}),
    authored AS (${authorDeltas(-1)}),
    blanked AS (${blankEvent(post.id)}),
    published AS (${postEvents()} ${returningPlace})
    SELECT ${writtenAt} AS "writtenAt"`;
  const [outcome] = await write<{ writtenAt: string | null }>(database, 'delete-post', statement);
  return outcome?.writtenAt ?? null;
}
