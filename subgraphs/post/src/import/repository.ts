import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { answeredDeltas, authorDeltas } from '../posts/counting.ts';
import { postEvents } from '../posts/event.ts';
import { listedTags } from '../posts/insert.ts';
import { reactionTables, type ReactionKind } from '../reactions/repository.ts';
import type { Prepared } from './prepare.ts';

export interface ImportedReaction {
  /** When it was; the sort key of lists and, for a repost, its place in timelines. */
  id: bigint;
  personId: bigint;
  postId: bigint;
}

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
    ${postEvents(Prisma.sql`SELECT g."quotedAuthorId" FROM given g WHERE g.id = p.id`)}`;
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
  const { table, person, post, conflict, delta, event } = reactionTables[kind];
  const audience = kind === 'repost' ? Prisma.sql`AND p.visibility = 'public'` : Prisma.empty;
  const [{ made }] = await database.$queryRaw<[{ made: bigint }]>`
    WITH given AS MATERIALIZED (
      SELECT g.*, p.author_id FROM unnest(
        ${reactions.map(({ id }) => id)}::bigint[], ${reactions.map(({ personId }) => personId)}::bigint[],
        ${reactions.map(({ postId }) => postId)}::bigint[]) AS g (id, person_id, post_id)
      JOIN post p ON p.id = g.post_id AND p.deleted_at IS NULL ${audience}),
    written AS (
      INSERT INTO ${table} AS r (id, ${person}, ${post}, active)
      SELECT DISTINCT ON (post_id, person_id) id, person_id, post_id, true FROM given
      ON CONFLICT ${conflict} DO NOTHING
      RETURNING r.id, r.${person} AS person_id, r.${post} AS post_id, r.active, r.version),
    changed AS (
      SELECT written.*, given.author_id AS post_author_id FROM written JOIN given USING (id)),
    counted AS (
      INSERT INTO post_count_delta (post_id, ${delta}) SELECT post_id, count(*) FROM changed GROUP BY post_id),
    published AS (
      INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload)
      SELECT ${kind}, person_id || ':' || post_id, version, ${`${kind}.changed`}, ${event} FROM changed)
    SELECT count(*) AS made FROM changed`;
  return Number(made);
}
