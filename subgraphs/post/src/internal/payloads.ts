import { Prisma } from '@murmuration/prisma/post';
import { currentTraceContext } from '@murmuration/service-kit';

/** Whom a stored post quotes; a tombstone still has its author. */
const storedQuotedAuthor = 'SELECT q.author_id FROM post q WHERE q.id = p.quoted_id';

/** What a stored post lets people choose from. */
const storedPoll = 'SELECT q.options FROM poll q WHERE q.post_id = p.id AND q.removed_at IS NULL';

/** What its row does not hold of a post, as SQL. */
interface Beside {
  /** The id of whom the post quotes. */
  quotedAuthor?: string;
  /** The options of its poll; null: it has none, as nothing has that is brought in or taken back. */
  poll?: string | null;
}

/**
 * Payload of `post.changed` over a row `p` of `post`: one text for what is said now, taken back, brought in
 * or asked for as a snapshot. A test holds it equal to the catalogue.
 */
export function postPayload({ poll = storedPoll, quotedAuthor = storedQuotedAuthor }: Beside = {}): string {
  const asked = `coalesce((SELECT jsonb_build_object('pollOptions', to_jsonb(asked.options)) FROM (${poll}) asked), '{}')`;
  return `${poll === null ? '' : `${asked} || `}jsonb_build_object('postId', p.id::text, 'authorId', p.author_id::text, 'text', p.text,
    'replyToId', p.reply_to_id::text, 'replyToAuthorId', p.reply_to_author_id::text,
    'rootId', p.root_id::text, 'quotedId', p.quoted_id::text, 'quotedAuthorId', (${quotedAuthor})::text,
    'visibility', p.visibility, 'mentionedIds', to_jsonb(p.mentioned_ids::text[]),
    'isDeleted', p.deleted_at IS NOT NULL)`;
}

const authorOf = (postId: string) => `(SELECT p.author_id::text FROM post p WHERE p.id = ${postId})`;

/** Payloads of reactions, over the columns of their tables. */
export const reactionPayloads = {
  like: `jsonb_build_object('userId', user_id::text, 'postId', post_id::text,
    'postAuthorId', ${authorOf('post_id')}, 'active', active, 'likeId', id::text)`,
  repost: `jsonb_build_object('repostId', id::text, 'authorId', author_id::text,
    'originalId', original_id::text, 'originalAuthorId', ${authorOf('original_id')}, 'active', active)`,
} as const;

/** Body of a CTE that writes one event for each row of `p`, which has all columns of `post`. */
export function postEvents({ poll = null, ...beside }: Beside = {}): Prisma.Sql {
  const head =
    Prisma.raw(`INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
    SELECT 'post', p.id::text, p.version, 'post.changed', ${postPayload({ ...beside, poll })}`);
  return Prisma.sql`${head}, ${currentTraceContext()}::text FROM p`;
}

/** Of a row of `erasure`. */
export const erasurePayload = `jsonb_build_object('userId', account_id::text)`;

/** The columns that together name a like or a repost: the key of its table and the id of its aggregate. */
export const reactionKeys = {
  like: ['user_id', 'post_id'],
  repost: ['author_id', 'original_id'],
} as const;

/** Of a row `v` of `poll_vote`: that the poll ended, for one who took part in it. Null where the post is not there any more. */
export const pollEndings = `(SELECT jsonb_build_object('postId', p.id::text, 'authorId', p.author_id::text,
    'recipientId', v.voter_id::text, 'rootId', p.root_id::text, 'visibility', p.visibility,
    'isMentioned', v.voter_id = ANY (p.mentioned_ids), 'endedAtMs', floor(extract(epoch FROM q.ends_at) * 1000)::bigint)
  FROM post p, poll q WHERE p.id = v.post_id AND q.post_id = v.post_id)`;

/** Whether the row `v` of `poll_vote` was told so. */
export const isToldEnd = `EXISTS (
  SELECT FROM poll q WHERE q.post_id = v.post_id AND q.removed_at IS NULL AND q.told_through >= v.voter_id)`;

/** Of a row of `poll_vote`: that somebody voted, never for what. */
export const votePayload = (active: boolean): string =>
  `jsonb_build_object('postId', post_id::text, 'voterId', voter_id::text, 'active', ${active})`;

/** Body of a CTE that writes one event for each row of `changed`, which are votes. */
export function voteEvents(active: boolean): Prisma.Sql {
  const head =
    Prisma.raw(`INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
    SELECT 'vote', post_id || ':' || voter_id, version, 'vote.changed', ${votePayload(active)}`);
  return Prisma.sql`${head}, ${currentTraceContext()}::text FROM changed`;
}

/** Body of a CTE that writes one event for each row of `changed`, which has the columns of its table. */
export function reactionEvents(kind: keyof typeof reactionPayloads): Prisma.Sql {
  const head =
    Prisma.raw(`INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
    SELECT '${kind}', ${reactionKeys[kind].join(` || ':' || `)}, version, '${kind}.changed',
      ${reactionPayloads[kind]}`);
  return Prisma.sql`${head}, ${currentTraceContext()}::text FROM changed`;
}
