import type { Place, UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import type { PagedRow, PageRequest } from '@murmuration/service-kit/subgraph';
import { relationJoins } from '../relations/relation-sql.ts';
import { everybody, type SuggestionLimits } from './limits.ts';
import { isSuggestible } from './suggestible.ts';

/** Whom the viewer may know, at the place that the score gives. */
export interface SuggestionRow extends PagedRow<Place> {
  memberId: UserId;
  handle: string;
}

/**
 * One page of each viewer's suggestions, in one statement: their own and everybody's, of which they are few. Whom they follow,
 * asked to follow, blocked, muted or dismissed since these were made, and who is hidden from them, is left out here, so that
 * pages stay full.
 */
export async function readSuggestions(
  database: UserDatabase,
  { direction, highs, limit, lows, owners }: PageRequest<bigint, Place>,
): Promise<SuggestionRow[]> {
  const viewer = Prisma.raw('asked.id');
  const order = Prisma.raw(direction);
  const columns = [lows, highs].flatMap((places) => [
    Prisma.sql`${places.map(({ key }) => key)}::bigint[]`,
    Prisma.sql`${places.map(({ id }) => id)}::bigint[]`,
  ]);
  const rows = await database.$queryRaw<
    { ordinal: bigint; memberId: UserId; handle: string; score: bigint }[]
  >`
    SELECT asked.ordinal, m.id AS "memberId", m.handle, m.score
    FROM unnest(${owners}::bigint[], ${Prisma.join(columns)})
      WITH ORDINALITY AS asked (id, low_score, low_id, high_score, high_id, ordinal)
    CROSS JOIN LATERAL (
      SELECT a.id, a.handle, s.score
      FROM (SELECT suggested_id AS id, max(score) AS score FROM suggestion
        WHERE account_id IN (${viewer}, ${everybody}::bigint) GROUP BY suggested_id) s
      CROSS JOIN LATERAL (SELECT * FROM account WHERE account.id = s.id LIMIT 1) a
      ${relationJoins(viewer)}
      WHERE (s.score, a.id) < (asked.high_score, asked.high_id) AND (s.score, a.id) > (asked.low_score, asked.low_id)
        AND ${isSuggestible(viewer)}
      ORDER BY s.score ${order}, a.id ${order} LIMIT ${limit}
    ) m
    ORDER BY asked.ordinal, m.score ${order}, m.id ${order}`;
  return rows.map(({ score, ...row }) => ({ ...row, key: { key: score, id: row.memberId } }));
}

/** SQL that asks for the suggestions of `id` to be made, of rows that have one. Mails go first. */
const enqueued =
  Prisma.raw(`graphile_worker.add_job('suggest_people', json_build_object('accountId', id::text),
  job_key := 'suggest ' || id, job_key_mode := 'preserve_run_at', max_attempts := 3, priority := 10)`);

/**
 * Notes that somebody reads their suggestions, and asks for others where these are stale. Where that was noted not long ago nothing
 * is written or locked.
 */
export async function noteReader(
  database: UserDatabase,
  accountId: bigint,
  { notedEveryMinutes, staleHours }: SuggestionLimits,
): Promise<void> {
  await database.$queryRaw`
    WITH noted AS (
      INSERT INTO suggestion_reader AS r (account_id) SELECT ${accountId}::bigint
      WHERE NOT EXISTS (SELECT FROM suggestion_reader WHERE account_id = ${accountId}
        AND read_at > clock_timestamp() - ${notedEveryMinutes}::integer * interval '1 minute')
      ON CONFLICT (account_id) DO UPDATE SET read_at = clock_timestamp()
      RETURNING account_id AS id, made_at
    )
    SELECT count(${enqueued}) FROM noted
    WHERE made_at IS NULL OR made_at < clock_timestamp() - ${staleHours}::integer * interval '1 hour'`;
}

/** Asks for others for who still reads theirs and has stale ones, the stalest first. @returns how many people these are */
export async function enqueueDue(
  database: UserDatabase,
  { activeDays, dueAtOnce, staleHours }: SuggestionLimits,
): Promise<number> {
  const [row] = await database.$queryRaw<[{ count: number }]>`
    SELECT count(${enqueued})::integer AS count FROM (
      SELECT account_id AS id FROM suggestion_reader
      WHERE made_at < clock_timestamp() - ${staleHours}::integer * interval '1 hour'
        AND read_at > clock_timestamp() - ${activeDays}::integer * interval '1 day'
      ORDER BY made_at LIMIT ${dueAtOnce}) due`;
  return row.count;
}

/** Keeps a person out of somebody's suggestions; beyond the limit the oldest are let in again. Doing it again changes nothing. */
export async function dismiss(
  database: UserDatabase,
  accountId: bigint,
  dismissedId: bigint,
  { dismissed }: SuggestionLimits,
): Promise<void> {
  await database.$executeRaw`
    WITH made AS (
      INSERT INTO dismissed_suggestion (account_id, dismissed_id) VALUES (${accountId}, ${dismissedId})
      ON CONFLICT DO NOTHING RETURNING id
    )
    DELETE FROM dismissed_suggestion WHERE account_id = ${accountId} AND EXISTS (SELECT FROM made) AND id <= (
      SELECT id FROM dismissed_suggestion WHERE account_id = ${accountId}
      ORDER BY id DESC OFFSET ${dismissed - 1} LIMIT 1)`;
}
