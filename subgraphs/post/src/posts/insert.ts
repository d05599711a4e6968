import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { postEvents } from '../internal/payloads.ts';
import { returningPlace, write, writtenAt } from '../written.ts';
import { answeredDeltas, authorDeltas } from './counting.ts';
import { tagsIn } from './facets.ts';
import { type Attempt, claimSql } from './idempotency.ts';
import { pollSql } from '../polls/repository.ts';
import type { PollDraft } from '../polls/poll.ts';
import { type PostRow, postColumns } from './post.ts';

/** A post before the database has given it an id; without a thread it opens one. */
export type Draft = Omit<PostRow, 'id' | 'rootId' | 'isDeleted'> & {
  rootId: bigint | null;
  /** What it asks, if anything. */
  poll: PollDraft | null;
};

/** Hashtags under which a post is found: those of a post that is not for everyone stay unlisted. */
export function listedTags({ visibility, facets }: Pick<PostRow, 'visibility' | 'facets'>): string[] {
  return visibility === 'public' ? tagsIn(facets) : [];
}

/**
 * Writes a post, its hashtags and poll, the counts it moves, the idempotency row and the event in one statement: one
 * round trip, all or nothing.
 * @returns null when another attempt has the key, or when the post replied to or quoted is gone by now
 */
export async function insertPost(
  database: PostDatabase,
  draft: Draft,
  attempt: Attempt | null,
): Promise<{ post: PostRow; writtenAt: string } | null> {
  const { replyToId, quotedId } = draft;
  const answered = [...new Set([replyToId, quotedId].filter((id) => id !== null))];
  const statement = Prisma.sql`
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
    ${pollSql(draft.poll)}
    counted AS (${answeredDeltas(1)}),
    authored AS (${authorDeltas(1)}),
    published AS (${postEvents({ poll: draft.poll && 'SELECT options FROM polled' })} ${returningPlace})
    SELECT ${postColumns}, ${writtenAt} AS "writtenAt" FROM p`;
  const name = ['create-post', ...(draft.poll ? ['with-poll'] : []), ...(attempt ? ['once'] : [])].join('-');
  const [row] = await write<PostRow & { writtenAt: string }>(database, name, statement);
  if (!row) return null;
  const { writtenAt: place, ...post } = row;
  return { post, writtenAt: place };
}
