import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { currentTraceContext, retryConflicts } from '@murmuration/service-kit';
import { erasurePayload, postEvents } from '../internal/payloads.ts';
import { postColumns, type PostRow } from '../posts/post.ts';
import { removePost } from '../posts/remove.ts';
import { nobody } from '../posts/repository.ts';
import { removeVote } from '../polls/repository.ts';
import { type ReactionKind, reactionTables, removeReaction } from '../reactions/repository.ts';

export const erasureLimits = {
  /** Posts, likes or reposts that are taken back one after the other before we look whether to go on. */
  takenBackAtOnce: 100,
  /** Rows that one statement changes or removes. */
  rowsAtOnce: 500,
  /** Statements one after the other that find nothing to change while something is left: another process is at it. */
  idleStatements: 1_000,
} as const;

/** Somebody to erase, as `user` told of it last. */
interface Erasure {
  id: bigint;
  toldVersion: bigint;
}

/**
 * Erases everybody who is to be. Who cannot be erased keeps nobody else from it.
 * @returns whom
 * @throws the signal's reason between two steps; an AggregateError of what went wrong
 */
export async function eraseAll(database: PostDatabase, signal: AbortSignal): Promise<bigint[]> {
  const erased: bigint[] = [];
  const failures: unknown[] = [];
  for (let next = await findNext(database, 0n); next; next = await findNext(database, next.id)) {
    try {
      await erase(database, next, signal);
      erased.push(next.id);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'somebody who is gone could not be erased yet');
  return erased;
}

/** @param after whom to leave out: those up to this number */
async function findNext(database: PostDatabase, after: bigint): Promise<Erasure | null> {
  const [next] = await database.$queryRaw<Erasure[]>`
    SELECT account_id AS id, told_version AS "toldVersion" FROM erasure
    WHERE finished_at IS NULL AND account_id > ${after} ORDER BY account_id LIMIT 1`;
  return next ?? null;
}

/**
 * Erases what somebody said and did, step by step, each committed for itself: whoever dies in between begins again with
 * what is left, and of two at once neither takes for gone what the other is about to remove. First all is taken back as the
 * person would have: posts, likes, reposts, votes, with counts and events. A post stays as a tombstone of nobody, so that its thread
 * keeps its shape. Then posts of others no longer name the person; what they wrote is theirs and stays. At last the rest
 * goes, and the event says so, behind all the others.
 */
async function erase(database: PostDatabase, erasure: Erasure, signal: AbortSignal): Promise<void> {
  const { id } = erasure;
  for (const kind of ['like', 'repost'] as const) await takeBackReactions(database, kind, id, signal);
  await takeBackVotes(database, id, signal);
  await takeBackPosts(database, id, signal);
  for (const { change, condition, table } of changesOf(database, id)) {
    const isLeft = async () => {
      const rows = await database.$queryRaw<object[]>`SELECT 1 FROM ${table} WHERE ${condition} LIMIT 1`;
      return rows.length > 0;
    };
    await untilNone(change, isLeft, signal);
  }
  await finish(database, erasure);
}

/** In the order of ids: what cannot be taken back, for its post is not there any more, is passed, and goes as a row. */
async function takeBackReactions(
  database: PostDatabase,
  kind: ReactionKind,
  id: bigint,
  signal: AbortSignal,
): Promise<void> {
  const { person, post, table } = reactionTables[kind];
  for (let after = 0n; ; ) {
    signal.throwIfAborted();
    const rows = await database.$queryRaw<{ id: bigint; postId: bigint }[]>`
      SELECT id, ${post} AS "postId" FROM ${table} WHERE ${person} = ${id} AND active AND id > ${after}
      ORDER BY id LIMIT ${erasureLimits.takenBackAtOnce}`;
    for (const { postId } of rows) await removeReaction(database, kind, id, postId);
    if (rows.length < erasureLimits.takenBackAtOnce) return;
    after = rows.at(-1)?.id ?? after;
  }
}

async function takeBackVotes(database: PostDatabase, id: bigint, signal: AbortSignal): Promise<void> {
  for (let after = 0n; ; ) {
    signal.throwIfAborted();
    const votes = await database.$queryRaw<{ postId: bigint }[]>`
      SELECT post_id AS "postId" FROM poll_vote WHERE voter_id = ${id} AND choices <> '{}' AND post_id > ${after}
      ORDER BY post_id LIMIT ${erasureLimits.takenBackAtOnce}`;
    for (const { postId } of votes) await removeVote(database, postId, id);
    if (votes.length < erasureLimits.takenBackAtOnce) return;
    after = votes.at(-1)?.postId ?? after;
  }
}

async function takeBackPosts(database: PostDatabase, id: bigint, signal: AbortSignal): Promise<void> {
  for (let after = 0n; ; ) {
    signal.throwIfAborted();
    const posts = await database.$queryRaw<PostRow[]>`
      SELECT ${postColumns} FROM post p WHERE p.author_id = ${id} AND p.deleted_at IS NULL AND p.id > ${after}
      ORDER BY p.id LIMIT ${erasureLimits.takenBackAtOnce}`;
    for (const post of posts) await removePost(database, post);
    if (posts.length < erasureLimits.takenBackAtOnce) return;
    after = posts.at(-1)?.id ?? after;
  }
}

/** Rows of a table, in words that an index has, and what changes some of them so that they are none any more. */
interface Change {
  table: Prisma.Sql;
  condition: Prisma.Sql;
  /** @returns how many were changed */
  change(): Promise<number>;
}

function changesOf(database: PostDatabase, id: bigint): Change[] {
  const posts = (condition: Prisma.Sql, set: Prisma.Sql): Change => ({
    table: Prisma.sql`post`,
    condition,
    change: () =>
      retryConflicts(
        () => database.$executeRaw`
        WITH p AS (
          UPDATE post SET version = version + 1, ${set}
          WHERE id = ANY (ARRAY(SELECT id FROM post WHERE ${condition} LIMIT ${erasureLimits.rowsAtOnce}))
            AND ${condition}
          RETURNING *)
        ${postEvents()}`,
      ),
  });
  const rows = (table: Prisma.Sql, condition: Prisma.Sql): Change => ({
    table,
    condition,
    change: () =>
      database.$executeRaw`
        DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${erasureLimits.rowsAtOnce}))`,
  });
  return [
    // Makes tombstones nobody's.
    posts(
      Prisma.sql`author_id = ${id}`,
      Prisma.sql`author_id = ${nobody}, mentioned_ids = '{}', facets = '[]',
        reply_to_author_id = nullif(reply_to_author_id, ${id})`,
    ),
    // Takes the person out of what others wrote, as far as it is not text.
    posts(Prisma.sql`reply_to_author_id = ${id}`, Prisma.sql`reply_to_author_id = NULL`),
    posts(
      Prisma.sql`mentioned_ids <> '{}' AND mentioned_ids @> ARRAY[${id}::bigint]`,
      Prisma.sql`mentioned_ids = array_remove(mentioned_ids, ${id}::bigint),
        facets = coalesce((SELECT jsonb_agg(facet ORDER BY place) FROM jsonb_array_elements(facets)
          WITH ORDINALITY AS f (facet, place) WHERE facet->>'userId' IS DISTINCT FROM ${id.toString()}), '[]')`,
    ),
    rows(Prisma.sql`post_like`, Prisma.sql`user_id = ${id}`),
    rows(Prisma.sql`repost`, Prisma.sql`author_id = ${id}`),
    rows(Prisma.sql`poll_vote`, Prisma.sql`voter_id = ${id}`),
    rows(Prisma.sql`shown_likes`, Prisma.sql`author_id = ${id}`),
    rows(Prisma.sql`idempotency_key`, Prisma.sql`viewer_id = ${id}`),
  ];
}

/** That nothing was changed says nothing: another process may have held what was found. So we look whether any are left. */
async function untilNone(
  change: () => Promise<number>,
  isLeft: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  for (let idle = 0; idle < erasureLimits.idleStatements; ) {
    signal.throwIfAborted();
    if ((await change()) > 0) {
      idle = 0;
      continue;
    }
    if (!(await isLeft())) return;
    idle += 1;
  }
  throw new Error('rows of somebody who is to be erased are left that could not be changed');
}

/**
 * Counters go first: a roll-up that holds some of them is waited for, and what it made goes as well. The version is the
 * time's, for a count would begin anew with an older copy of this database. Unless `user` has told of a later erasure.
 */
async function finish(database: PostDatabase, { id, toldVersion }: Erasure): Promise<void> {
  await retryConflicts(() =>
    database.$transaction([
      database.$executeRaw`DELETE FROM author_count_delta WHERE author_id = ${id}`,
      database.$executeRaw`DELETE FROM author_count WHERE author_id = ${id}`,
      database.$executeRaw`
        WITH finished AS (
          UPDATE erasure SET finished_at = clock_timestamp(), version = next_id()
          WHERE account_id = ${id} AND told_version = ${toldVersion} AND finished_at IS NULL RETURNING *)
        INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
        SELECT 'erasure', account_id::text, version, 'erasure.finished',
          ${Prisma.raw(erasurePayload)}, ${currentTraceContext()}::text FROM finished`,
    ]),
  );
}
