import type { EventPayload } from '@murmuration/events';
import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { tagsIn } from './facets.ts';
import { type Attempt, claimSql } from './idempotency.ts';
import { type PostRow, postColumns } from './post.ts';

/** A post before the database has given it an id; without a thread it opens one. */
export type Draft = Omit<PostRow, 'id' | 'rootId' | 'isDeleted'> & {
  rootId: bigint | null;
  quotedAuthorId: bigint | null;
};

/** What the event says besides the ids that only the database knows. */
export function eventOf(draft: Draft): Omit<EventPayload<'post.changed'>, 'postId' | 'rootId'> {
  return {
    authorId: draft.authorId.toString(),
    text: draft.text,
    replyToId: draft.replyToId?.toString() ?? null,
    replyToAuthorId: draft.replyToAuthorId?.toString() ?? null,
    quotedId: draft.quotedId?.toString() ?? null,
    quotedAuthorId: draft.quotedAuthorId?.toString() ?? null,
    visibility: draft.visibility,
    mentionedIds: draft.mentionedIds.map(String),
    isDeleted: false,
  };
}

/** Hashtags under which a post is found: those of a post that is not for everyone stay unlisted. */
export function listedTags({ visibility, facets }: Pick<PostRow, 'visibility' | 'facets'>): string[] {
  return visibility === 'public' ? tagsIn(facets) : [];
}

/**
 * Writes a post, its hashtags, the counts it moves, the idempotency row and the event in one statement: one
 * round trip, all or nothing.
 * @returns null when another attempt has the key, or when the post replied to or quoted is gone by now
 */
export async function insertPost(
  database: PostDatabase,
  draft: Draft,
  attempt: Attempt | null,
): Promise<PostRow | null> {
  const { replyToId, quotedId } = draft;
  const answered = [...new Set([replyToId, quotedId].filter((id) => id !== null))];
  const [row] = await database.$queryRaw<PostRow[]>`
    WITH fresh AS MATERIALIZED (
      SELECT next_id() AS id WHERE ${answered.length}::int = (
        SELECT count(*) FROM post WHERE id = ANY(${answered}::bigint[]) AND deleted_at IS NULL)),
    ${claimSql(attempt)},
    p AS (
      INSERT INTO post (id, author_id, text, facets, reply_to_id, reply_to_author_id, root_id, quoted_id,
        visibility, mentioned_ids)
      SELECT id, ${draft.authorId}::bigint, ${draft.text}, ${JSON.stringify(draft.facets)}::jsonb,
        ${replyToId}::bigint, ${draft.replyToAuthorId}::bigint, coalesce(${draft.rootId}::bigint, id),
        ${quotedId}::bigint, ${draft.visibility}, ${draft.mentionedIds}::bigint[]
      FROM admitted RETURNING *),
    tagged AS (
      INSERT INTO post_hashtag (tag, post_id)
      SELECT tag, p.id FROM p, unnest(${listedTags(draft)}::text[]) AS tag),
    counted AS (${countsSql(1)}),
    published AS (
      INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload)
      SELECT 'post', id::text, version, 'post.changed', ${JSON.stringify(eventOf(draft))}::jsonb
        || jsonb_build_object('postId', id::text, 'rootId', root_id::text) FROM p),
    authored AS (INSERT INTO author_count_delta (author_id, post_delta) SELECT author_id, 1 FROM p)
    SELECT ${postColumns} FROM p`;
  return row ?? null;
}

/** Moves the counts of what the rows of `p` reply to and quote. */
export function countsSql(difference: 1 | -1): Prisma.Sql {
  return Prisma.sql`INSERT INTO post_count_delta (post_id, reply_delta, quote_delta)
    SELECT reply_to_id, ${difference}::int, 0 FROM p WHERE reply_to_id IS NOT NULL
    UNION ALL SELECT quoted_id, 0, ${difference}::int FROM p WHERE quoted_id IS NOT NULL`;
}
