import { Prisma } from '@murmuration/prisma/post';

/**
 * Payload of `post.changed` over the columns of a row `p` of `post`: one text for what is said now, taken
 * back or brought in. A test holds it equal to the catalogue.
 * @param quotedAuthorId SQL of the id of whom the post quotes, which its row does not hold
 */
export function postPayload(quotedAuthorId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`jsonb_build_object('postId', p.id::text, 'authorId', p.author_id::text, 'text', p.text,
    'replyToId', p.reply_to_id::text, 'replyToAuthorId', p.reply_to_author_id::text,
    'rootId', p.root_id::text, 'quotedId', p.quoted_id::text, 'quotedAuthorId', (${quotedAuthorId})::text,
    'visibility', p.visibility, 'mentionedIds', to_jsonb(p.mentioned_ids::text[]),
    'isDeleted', p.deleted_at IS NOT NULL)`;
}

/** Whom a stored post quotes, asked of the table; a tombstone still has its author. */
export const storedQuotedAuthor = Prisma.sql`SELECT q.author_id FROM post q WHERE q.id = p.quoted_id`;

/** Body of a CTE that writes one event for each row of `p`, which has all columns of `post`. */
export function postEvents(quotedAuthorId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload)
    SELECT 'post', p.id::text, p.version, 'post.changed', ${postPayload(quotedAuthorId)} FROM p`;
}
