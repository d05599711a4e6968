import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { currentTraceContext, retryConflicts } from '@murmuration/service-kit';
import { erasurePayload, postEvents } from '../internal/payloads.ts';
import { postColumns, type PostRow } from '../posts/post.ts';
import { removePost } from '../posts/remove.ts';
import { nobody } from '../posts/repository.ts';
import { type ReactionKind, reactionTables, removeReaction } from '../reactions/repository.ts';

export const erasureLimits = {
  /** Posts, likes or reposts that are taken back one after the other before we look whether to go on. */
  takenBackAtOnce: 100,
  /** Rows that one statement changes or removes. */
  rowsAtOnce: 500,
  /** Posts that one statement looks at for the person's name. */
  postsAtOnce: 2_000,
} as const;

/**
 * Erases what somebody said and did, step by step, each committed for itself: whoever dies in between begins again with
 * what is left, and two at once cost work and change nothing. First all is taken back as the person would have: posts,
 * likes, reposts, with counts and events. A post stays as a tombstone of nobody, so that its thread keeps its shape. Then
 * posts of others no longer name the person; what they wrote is theirs and stays. At last the rest goes, and the event says
 * so, behind all the others.
 * @returns whom; null when nobody is to be erased
 */
export async function eraseNext(database: PostDatabase, signal: AbortSignal): Promise<bigint | null> {
  const [next] = await database.$queryRaw<{ id: bigint }[]>`
    SELECT account_id AS id FROM erasure WHERE finished_at IS NULL ORDER BY account_id LIMIT 1`;
  if (!next) return null;
  const { id } = next;
  const steps = [
    () => takeBackReactions(database, 'like', id),
    () => takeBackReactions(database, 'repost', id),
    () => takeBackPosts(database, id),
    () => forgetAuthor(database, id),
    () => forgetMentions(database, id),
    () => removeRows(database, 'post_like', 'user_id', id),
    () => removeRows(database, 'repost', 'author_id', id),
    () => removeRows(database, 'shown_likes', 'author_id', id),
    () => removeRows(database, 'idempotency_key', 'viewer_id', id),
  ];
  for (const step of steps) {
    do signal.throwIfAborted();
    while (await step());
  }
  await finish(database, id);
  return id;
}

/** @returns whether there is more, as all steps do */
async function takeBackReactions(database: PostDatabase, kind: ReactionKind, id: bigint): Promise<boolean> {
  const { person, post, table } = reactionTables[kind];
  const rows = await database.$queryRaw<{ postId: bigint }[]>`
    SELECT ${post} AS "postId" FROM ${table} WHERE ${person} = ${id} AND active LIMIT ${erasureLimits.takenBackAtOnce}`;
  for (const { postId } of rows) await removeReaction(database, kind, id, postId);
  return rows.length > 0;
}

async function takeBackPosts(database: PostDatabase, id: bigint): Promise<boolean> {
  const posts = await database.$queryRaw<PostRow[]>`
    SELECT ${postColumns} FROM post p WHERE p.author_id = ${id} AND p.deleted_at IS NULL
    ORDER BY p.id LIMIT ${erasureLimits.takenBackAtOnce}`;
  for (const post of posts) await removePost(database, post);
  return posts.length > 0;
}

/** Makes tombstones nobody's. */
async function forgetAuthor(database: PostDatabase, id: bigint): Promise<boolean> {
  const changed = await retryConflicts(
    () => database.$executeRaw`
    WITH p AS (
      UPDATE post SET author_id = ${nobody}, version = version + 1, mentioned_ids = '{}', facets = '[]',
        reply_to_author_id = CASE WHEN reply_to_author_id = ${id} THEN NULL ELSE reply_to_author_id END
      WHERE id = ANY (ARRAY(
        SELECT id FROM post WHERE author_id = ${id} ORDER BY id LIMIT ${erasureLimits.rowsAtOnce}))
      RETURNING *)
    ${postEvents()}`,
  );
  return changed === erasureLimits.rowsAtOnce;
}

/** Takes the person out of what others wrote, as far as it is not text. The place is kept with each step. */
async function forgetMentions(database: PostDatabase, id: bigint): Promise<boolean> {
  const [{ count }] = await retryConflicts(
    () => database.$queryRaw<[{ count: number }]>`
    WITH looked AS MATERIALIZED (
      SELECT p.id, p.reply_to_author_id = ${id} OR ${id} = ANY (p.mentioned_ids) AS names
      FROM post p, erasure e WHERE e.account_id = ${id} AND p.id > e.after_post_id
      ORDER BY p.id LIMIT ${erasureLimits.postsAtOnce}
    ), p AS (
      UPDATE post SET version = post.version + 1, mentioned_ids = array_remove(post.mentioned_ids, ${id}::bigint),
        reply_to_author_id = nullif(post.reply_to_author_id, ${id}),
        facets = coalesce((SELECT jsonb_agg(facet ORDER BY place) FROM jsonb_array_elements(post.facets)
          WITH ORDINALITY AS f (facet, place) WHERE facet->>'userId' IS DISTINCT FROM ${id.toString()}), '[]')
      FROM looked WHERE post.id = looked.id AND looked.names RETURNING post.*
    ), published AS (${postEvents()}), moved AS (
      UPDATE erasure SET after_post_id = greatest(after_post_id, (SELECT max(looked.id) FROM looked))
      WHERE account_id = ${id} AND EXISTS (SELECT FROM looked))
    SELECT count(*)::int AS count FROM looked`,
  );
  return count === erasureLimits.postsAtOnce;
}

async function removeRows(
  database: PostDatabase,
  table: string,
  column: string,
  id: bigint,
): Promise<boolean> {
  const [name, whose] = [Prisma.raw(table), Prisma.raw(column)];
  const gone = await database.$executeRaw`
    DELETE FROM ${name} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${name} WHERE ${whose} = ${id} LIMIT ${erasureLimits.rowsAtOnce}))`;
  return gone === erasureLimits.rowsAtOnce;
}

/** Counters go first: a roll-up that holds some of them is waited for, and what it made goes as well. */
async function finish(database: PostDatabase, id: bigint): Promise<void> {
  await retryConflicts(() =>
    database.$transaction([
      database.$executeRaw`DELETE FROM author_count_delta WHERE author_id = ${id}`,
      database.$executeRaw`DELETE FROM author_count WHERE author_id = ${id}`,
      database.$executeRaw`
        WITH finished AS (
          UPDATE erasure SET finished_at = clock_timestamp()
          WHERE account_id = ${id} AND finished_at IS NULL RETURNING *)
        INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
        SELECT 'erasure', account_id::text, version, 'erasure.finished',
          ${Prisma.raw(erasurePayload)}, ${currentTraceContext()}::text FROM finished`,
    ]),
  );
}

/** Erases everybody who is to be. @throws the signal's reason between two steps */
export async function eraseAll(database: PostDatabase, signal: AbortSignal): Promise<void> {
  while ((await eraseNext(database, signal)) !== null);
}
