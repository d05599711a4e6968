import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { postEvents, reactionEvents } from '../internal/payloads.ts';
import { answeredDeltas, authorDeltas } from '../posts/counting.ts';
import { listedTags } from '../posts/insert.ts';
import { reactionTables, type ReactionKind } from '../reactions/repository.ts';
import type { ImportedReaction } from './imported.ts';
import type { Prepared } from './prepare.ts';

/** What is quoted may stand in the same batch, which no statement sees in the table yet. */
const quotedInBatch = 'SELECT g."quotedAuthorId" FROM given g WHERE g.id = p.id';

/** Writes a batch with hashtags, counts and events in one statement. */
export async function insertPosts(database: PostDatabase, posts: readonly Prepared[]): Promise<void> {
  const rows = JSON.stringify(
    posts.map((post) => ({ ...post, tags: listedTags(post) })),
    (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
  await database.$executeRaw`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${rows}::jsonb) AS r (id bigint, "authorId" bigint, text text,
        facets jsonb, "replyToId" bigint, "replyToAuthorId" bigint, "rootId" bigint, "quotedId" bigint,
        "quotedAuthorId" bigint, visibility text, "mentionedIds" bigint[], tags text[])),
    p AS (
      INSERT INTO post (id, author_id, text, facets, reply_to_id, reply_to_author_id, root_id, quoted_id,
        visibility, mentioned_ids)
      SELECT id, "authorId", text, facets, "replyToId", "replyToAuthorId", "rootId", "quotedId", visibility,
        "mentionedIds" FROM given RETURNING *),
    tagged AS (INSERT INTO post_hashtag (tag, post_id) SELECT tag, id FROM given, unnest(tags) AS tag),
    counted AS (${answeredDeltas(1)}),
    authored AS (${authorDeltas(1)})
    ${postEvents({ quotedAuthor: quotedInBatch })}`;
}

/**
 * Writes a batch of likes or reposts with counts and events in one statement.
 * @returns how many were new
 */
export async function insertReactions(
  database: PostDatabase,
  kind: ReactionKind,
  reactions: readonly ImportedReaction[],
): Promise<number> {
  const { table, person, post, conflict, delta } = reactionTables[kind];
  const audience = kind === 'repost' ? Prisma.sql`AND p.visibility = 'public'` : Prisma.empty;
  const [{ made }] = await database.$queryRaw<[{ made: bigint }]>`
    WITH changed AS (
      INSERT INTO ${table} AS r (id, ${person}, ${post}, active)
      SELECT DISTINCT ON (given.post_id, given.person_id) given.id, given.person_id, given.post_id, true
      FROM unnest(
        ${reactions.map(({ id }) => id)}::bigint[], ${reactions.map(({ personId }) => personId)}::bigint[],
        ${reactions.map(({ postId }) => postId)}::bigint[]) AS given (id, person_id, post_id)
      JOIN post p ON p.id = given.post_id AND p.deleted_at IS NULL ${audience}
      ON CONFLICT ${conflict} DO NOTHING RETURNING r.*),
    counted AS (
      INSERT INTO post_count_delta (post_id, ${delta}) SELECT ${post}, count(*) FROM changed GROUP BY ${post}),
    published AS (
      ${reactionEvents(kind)})
    SELECT count(*) AS made FROM changed`;
  return Number(made);
}
