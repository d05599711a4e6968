import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { postEvents, reactionEvents, voteEvents } from '../internal/payloads.ts';
import { voteDeltas } from '../polls/repository.ts';
import { answeredDeltas, authorDeltas } from '../posts/counting.ts';
import { listedTags } from '../posts/insert.ts';
import { reactionTables, type ReactionKind } from '../reactions/repository.ts';
import type { ImportedReaction } from './imported.ts';
import type { Prepared } from './prepare.ts';

/** What is quoted may stand in the same batch, which no statement sees in the table yet. */
const quotedInBatch = 'SELECT g."quotedAuthorId" FROM given g WHERE g.id = p.id';

/** CTEs that write the polls of a batch with their votes, and their authors among those who are told the end. */
const importedPolls = () => Prisma.sql`
    asked AS MATERIALIZED (
      SELECT g.id, g."authorId", g.poll, to_timestamp((g.poll->>'endsAtMs')::bigint / 1000.0) AS ends_at
      FROM given g WHERE g.poll IS NOT NULL),
    polled AS (
      INSERT INTO poll (post_id, options, is_multiple, ends_at, due_at)
      SELECT id, ARRAY(SELECT jsonb_array_elements_text(poll->'options')), (poll->>'isMultiple')::boolean, ends_at, ends_at
      FROM asked RETURNING post_id, options),
    participates AS (
      INSERT INTO poll_vote (post_id, voter_id, choices) SELECT id, "authorId", '{}' FROM asked),
    changed AS (
      INSERT INTO poll_vote (post_id, voter_id, choices)
      SELECT a.id, (vote->>'voterId')::bigint, ARRAY(SELECT jsonb_array_elements_text(vote->'choices')::smallint)
      FROM asked a, jsonb_array_elements(a.poll->'votes') AS vote RETURNING *),
    voted AS (${voteDeltas(1)}), published_votes AS (${voteEvents(true)}),`;

const pollInBatch = 'SELECT q.options FROM polled q WHERE q.post_id = p.id';

/** Writes a batch with hashtags, polls, counts and events in one statement. */
export async function insertPosts(database: PostDatabase, posts: readonly Prepared[]): Promise<void> {
  const rows = JSON.stringify(
    posts.map((post) => ({ ...post, tags: listedTags(post) })),
    (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
  await database.$executeRaw`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${rows}::jsonb) AS r (id bigint, "authorId" bigint, text text,
        facets jsonb, "replyToId" bigint, "replyToAuthorId" bigint, "rootId" bigint, "quotedId" bigint,
        "quotedAuthorId" bigint, visibility text, "mentionedIds" bigint[], tags text[], poll jsonb)),
    p AS (
      INSERT INTO post (id, author_id, text, facets, reply_to_id, reply_to_author_id, root_id, quoted_id,
        visibility, mentioned_ids)
      SELECT id, "authorId", text, facets, "replyToId", "replyToAuthorId", "rootId", "quotedId", visibility,
        "mentionedIds" FROM given RETURNING *),
    tagged AS (INSERT INTO post_hashtag (tag, post_id) SELECT tag, id FROM given, unnest(tags) AS tag),
    ${importedPolls()}
    counted AS (${answeredDeltas(1)}),
    authored AS (${authorDeltas(1)})
    ${postEvents({ quotedAuthor: quotedInBatch, poll: pollInBatch })}`;
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
