import { idArray } from '@murmuration/postgres';
import { Prisma, type PostDatabase } from '@murmuration/prisma/post';
import { voteEvents } from '../internal/payloads.ts';
import { returningPlace, write, writtenAt } from '../written.ts';
import type { PollDraft, PollRow } from './poll.ts';

/** CTEs that write the poll of the new post `p`, with its author among those who are told its end. */
export function pollSql(poll: PollDraft | null): Prisma.Sql {
  if (poll === null) return Prisma.empty;
  const { durationMinutes, isMultiple, options } = poll;
  return Prisma.sql`polled AS (
      INSERT INTO poll (post_id, options, is_multiple, ends_at, due_at)
      SELECT p.id, ${options}::text[], ${isMultiple}::boolean, term.ends_at, term.ends_at
      FROM p, (SELECT clock_timestamp() + make_interval(mins => ${durationMinutes}::int) AS ends_at) term
      RETURNING options),
    participates AS (
      INSERT INTO poll_vote (post_id, voter_id, choices) SELECT p.id, p.author_id, '{}' FROM p),`;
}

const polls = {
  name: 'polls',
  text: `SELECT q.post_id AS "postId", q.options, q.is_multiple AS "isMultiple", q.ends_at AS "endsAt",
      clock_timestamp() >= q.ends_at AS "hasEnded", (coalesce(base.voter_count, 0) + delta.voters)::int AS "voterCount",
      ARRAY[coalesce(base.count_0, 0) + delta.c0, coalesce(base.count_1, 0) + delta.c1,
        coalesce(base.count_2, 0) + delta.c2, coalesce(base.count_3, 0) + delta.c3]::int[] AS counts,
      mine.choices::int[] AS "viewerChoices"
    FROM unnest($2::bigint[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT * FROM poll WHERE post_id = asked.id AND removed_at IS NULL LIMIT 1) q
    LEFT JOIN LATERAL (SELECT * FROM poll_count c WHERE c.post_id = asked.id LIMIT 1) base ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(voter_delta), 0) AS voters, coalesce(sum(delta_0), 0) AS c0, coalesce(sum(delta_1), 0) AS c1,
        coalesce(sum(delta_2), 0) AS c2, coalesce(sum(delta_3), 0) AS c3
      FROM poll_count_delta d WHERE d.post_id = asked.id) delta
    LEFT JOIN LATERAL (SELECT choices FROM poll_vote v
      WHERE v.post_id = asked.id AND v.voter_id = $1 AND v.choices <> '{}' LIMIT 1) mine ON true`,
} as const;

/** Polls of posts, as a viewer finds them; base and deltas in one statement, as of posts. */
export function findPolls(
  database: PostDatabase,
  viewerId: bigint,
  postIds: readonly bigint[],
): Promise<PollRow[]> {
  return database.$reads.query(polls, [viewerId, idArray(postIds)]);
}

/** What a post lets people choose from. */
export async function findOptions(database: PostDatabase, postId: bigint): Promise<string[]> {
  const [poll] = await database.$queryRaw<{ options: string[] }[]>`
    SELECT options FROM poll WHERE post_id = ${postId} AND removed_at IS NULL`;
  return poll?.options ?? [];
}

/**
 * Waits for whoever tells the end of the poll, and keeps them out until this transaction has ended: see `end.ts`. An advisory
 * lock, for a lock on the poll's row would write it for each vote.
 */
const holdsOpen = (postId: bigint) =>
  Prisma.sql`pg_advisory_xact_lock_shared(hashtext('poll'), hashtext(${postId.toString()}))`;

/** Waits for all votes that are on their way. Whoever comes later finds that the poll has ended. */
export const awaitVotes = (postId: bigint) =>
  Prisma.sql`SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtext('poll'), hashtext(${postId.toString()}))) AS alone`;

/** Body of a CTE that moves the counts of a poll by the rows of `changed`, which are votes. */
export const voteDeltas = (difference: 1 | -1) => Prisma.sql`
  INSERT INTO poll_count_delta (post_id, voter_delta, delta_0, delta_1, delta_2, delta_3)
  SELECT post_id, ${difference}::int, ${difference}::int * (0 = ANY(choices))::int, ${difference}::int * (1 = ANY(choices))::int,
    ${difference}::int * (2 = ANY(choices))::int, ${difference}::int * (3 = ANY(choices))::int FROM changed`;

export interface VoteOutcome {
  /** Null where there is no such poll any more. */
  isOpen: boolean | null;
  /** Null when nothing changed: the poll has ended or gone, or the person had voted. */
  writtenAt: string | null;
}

/**
 * Writes a vote, its count and its event in one statement, if the poll is open: whether it is, is looked at under the lock.
 * Of two votes of one person the second waits here for the first.
 */
export async function addVote(
  database: PostDatabase,
  vote: { postId: bigint; voterId: bigint; choices: readonly number[] },
): Promise<VoteOutcome> {
  const { choices, postId, voterId } = vote;
  const statement = Prisma.sql`
    WITH held AS MATERIALIZED (SELECT ${holdsOpen(postId)}),
    target AS MATERIALIZED (
      SELECT q.post_id, CASE WHEN (SELECT count(*) FROM held) = 1 THEN q.ends_at > clock_timestamp() END AS is_open
      FROM poll q WHERE q.post_id = ${postId}::bigint AND q.removed_at IS NULL),
    changed AS (
      INSERT INTO poll_vote (post_id, voter_id, choices)
      SELECT post_id, ${voterId}::bigint, ${choices}::smallint[] FROM target WHERE is_open
      ON CONFLICT DO NOTHING RETURNING *),
    counted AS (${voteDeltas(1)}),
    published AS (${voteEvents(true)} ${returningPlace})
    SELECT (SELECT is_open FROM target) AS "isOpen", ${writtenAt} AS "writtenAt"`;
  const [outcome] = await write<VoteOutcome>(database, 'cast-vote', statement);
  return outcome ?? { isOpen: null, writtenAt: null };
}

/** What somebody chose; null while they have not voted. */
export async function findChoices(
  database: PostDatabase,
  postId: bigint,
  voterId: bigint,
): Promise<number[] | null> {
  const [vote] = await database.$queryRaw<{ choices: number[] }[]>`
    SELECT choices::int[] FROM poll_vote WHERE post_id = ${postId} AND voter_id = ${voterId} AND choices <> '{}'`;
  return vote?.choices ?? null;
}

/** Takes the vote of somebody who is erased back. Nobody else can. */
export async function removeVote(database: PostDatabase, postId: bigint, voterId: bigint): Promise<void> {
  const statement = Prisma.sql`
    WITH changed AS (
      DELETE FROM poll_vote WHERE post_id = ${postId}::bigint AND voter_id = ${voterId}::bigint AND choices <> '{}'
      RETURNING post_id, voter_id, choices, version + 1 AS version),
    counted AS (${voteDeltas(-1)}),
    published AS (${voteEvents(false)} ${returningPlace})
    SELECT ${writtenAt} AS "writtenAt"`;
  await write(database, 'remove-vote', statement);
}
