import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { currentTraceContext, retryConflicts } from '@murmuration/service-kit';
import { pollEndings } from '../internal/payloads.ts';
import { pollLimits } from './limits.ts';
import { awaitVotes } from './repository.ts';

interface Due {
  postId: bigint;
  isRemoved: boolean;
}

type EndLimits = { readonly [Name in 'endedAtOnce' | 'toldAtOnce' | 'rounds']: number };

/**
 * Tells the end of polls to those who took part, each once, and forgets the votes of posts that were deleted. In bounded steps, one
 * of each poll in a round: a giant never keeps the small waiting. Any number of processes may do it side by side, and whoever
 * dies in between has told what was committed: the rest is told by the next. A poll that cannot be ended keeps no other from it.
 * @returns how many were told
 * @throws the signal's reason between two steps; an AggregateError of what went wrong
 */
export async function endPolls(
  database: PostDatabase,
  signal: AbortSignal,
  limits: EndLimits = pollLimits,
): Promise<number> {
  let told = 0;
  const failed: bigint[] = [];
  const failures: unknown[] = [];
  for (let round = 0; round < limits.rounds; round++) {
    const due = await findDue(database, failed, limits.endedAtOnce);
    for (const { isRemoved, postId } of due) {
      signal.throwIfAborted();
      try {
        if (isRemoved) await forgetSome(database, postId, limits.toldAtOnce);
        else told += await tellSome(database, postId, limits.toldAtOnce);
      } catch (error) {
        failed.push(postId);
        failures.push(error);
      }
    }
    if (due.length === 0) break;
  }
  if (failures.length > 0) throw new AggregateError(failures, 'the end of a poll could not be told yet');
  return told;
}

/** A release that knows no polls may have deleted the post. */
function findDue(database: PostDatabase, without: readonly bigint[], count: number): Promise<Due[]> {
  return database.$queryRaw<Due[]>`
    SELECT q.post_id AS "postId", q.removed_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM post p WHERE p.id = q.post_id AND p.deleted_at IS NULL) AS "isRemoved"
    FROM poll q WHERE q.due_at <= clock_timestamp() AND q.post_id <> ALL(${without}::bigint[])
    ORDER BY q.due_at LIMIT ${count}`;
}

/**
 * The next of those who took part, in the order of their numbers. Votes that began before the end may be on their way:
 * they are waited for, and what comes after is refused, so that the second statement sees all that there will ever be.
 * @returns how many were told
 */
async function tellSome(database: PostDatabase, postId: bigint, count: number): Promise<number> {
  const [, [{ told } = { told: 0 }]] = await retryConflicts(() =>
    database.$transaction([
      database.$queryRaw`${awaitVotes(postId)}`,
      database.$queryRaw<[{ told: number }]>`
      WITH due AS MATERIALIZED (
        SELECT post_id, told_through FROM poll
        WHERE post_id = ${postId} AND removed_at IS NULL AND due_at <= clock_timestamp() FOR UPDATE SKIP LOCKED),
      takers AS MATERIALIZED (
        SELECT v.* FROM due CROSS JOIN LATERAL (
          SELECT * FROM poll_vote WHERE post_id = due.post_id AND voter_id > due.told_through
          ORDER BY voter_id LIMIT ${count}::int) v),
      moved AS (
        UPDATE poll q SET told_through = coalesce((SELECT max(voter_id) FROM takers), q.told_through),
          due_at = CASE WHEN (SELECT count(*) FROM takers) = ${count}::int THEN q.due_at END
        FROM due WHERE q.post_id = due.post_id),
      published AS (
        INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload, trace_context)
        SELECT 'poll', v.post_id || ':' || v.voter_id, v.version, 'poll.ended', ${Prisma.raw(pollEndings)},
          ${currentTraceContext()}::text FROM takers v ORDER BY v.voter_id)
      SELECT count(*)::int AS told FROM takers`,
    ]),
  );
  return told;
}

/** The next votes of a deleted poll, and at last the poll. Counters go first: a roll-up that holds some of them is waited for. */
async function forgetSome(database: PostDatabase, postId: bigint, count: number): Promise<void> {
  const removed = await database.$executeRaw`
    DELETE FROM poll_vote WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM poll_vote WHERE post_id = ${postId} LIMIT ${count}))`;
  const left = await database.$queryRaw<object[]>`SELECT 1 FROM poll_vote WHERE post_id = ${postId} LIMIT 1`;
  // Fewer may have been removed for another process was at them, too.
  if (removed === count || left.length > 0) return;
  await database.$transaction([
    database.$executeRaw`DELETE FROM poll_count_delta WHERE post_id = ${postId}`,
    database.$executeRaw`DELETE FROM poll_count WHERE post_id = ${postId}`,
    database.$executeRaw`DELETE FROM poll WHERE post_id = ${postId}`,
  ]);
}
