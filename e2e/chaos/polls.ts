import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { encodeId } from '@murmuration/ids';
import pg from 'pg';

/** What somebody chose in a poll and was told that it counts, by `who post`; null while nobody said what became of it. */
export type Votes = Map<string, string | null>;

/** How long a poll is open, and before its end that is known: no statement that has not seen it yet runs for longer. */
const [openForMs, knownForMs] = [3_000, 2_000];
const everyMs = 500;

/** Ends are moved, for nobody waits minutes here: into the future, as ends are before they come. */
const endSoon = `UPDATE poll SET ends_at = soon.at, due_at = soon.at
  FROM (SELECT clock_timestamp() + $1::int * interval '1 millisecond' AS at) soon
  WHERE due_at IS NOT NULL AND removed_at IS NULL AND ends_at > soon.at
    AND post_id < id_at(clock_timestamp() - $2::int * interval '1 millisecond')`;

/**
 * Lets polls end while people vote in them and whatever is killed, until it is stopped; then the rest.
 * @returns ends it
 */
export function letPollsEnd({ databaseUrls }: Pick<Stack, 'databaseUrls'>): () => Promise<void> {
  const over = new AbortController();

  async function end(openMs: number): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrls.post });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(endSoon, [knownForMs, openMs]);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      // Postgres may be gone for a moment.
      await end(openForMs).catch(() => undefined);
      await sleep(everyMs);
    }
  }

  const running = run();
  return async () => {
    over.abort();
    await running;
    await end(0);
  };
}

/** Votes that were acknowledged and are not there as they were; posts that are gone left out. */
export async function lostVotes(post: pg.Client, votes: Votes): Promise<string[]> {
  const { rows } = await post.query<{ voter: string; post: string; choices: string }>(
    `SELECT v.voter_id::text AS voter, v.post_id::text AS post, array_to_string(v.choices, ',') AS choices
     FROM poll_vote v WHERE v.choices <> '{}'`,
  );
  const there = new Map(
    rows.map((row) => [
      `${encodeId('User', BigInt(row.voter))} ${encodeId('Post', BigInt(row.post))}`,
      row.choices,
    ]),
  );
  const gone = await post.query<{ id: string }>('SELECT id::text FROM post WHERE deleted_at IS NOT NULL');
  const isGone = new Set(gone.rows.map(({ id }) => encodeId('Post', BigInt(id))));
  return [...votes].flatMap(([key, choices]) => {
    const found = there.get(key) ?? 'none';
    const isLost = choices !== null && found !== choices && !isGone.has(key.split(' ')[1] ?? '');
    return isLost ? [`vote ${key} is ${found} in place of ${choices}`] : [];
  });
}

/** Polls whose counts are not what they count, by option and in all. */
export const pollCountsSql = `SELECT q.post_id::text AS id, c.counted, v.there FROM poll q
  CROSS JOIN LATERAL (
    SELECT concat_ws(' ', sum(n), sum(n0), sum(n1), sum(n2), sum(n3)) AS counted FROM (
      SELECT voter_count AS n, count_0 AS n0, count_1 AS n1, count_2 AS n2, count_3 AS n3
      FROM poll_count WHERE post_id = q.post_id
      UNION ALL SELECT voter_delta, delta_0, delta_1, delta_2, delta_3 FROM poll_count_delta WHERE post_id = q.post_id
      UNION ALL SELECT 0, 0, 0, 0, 0) parts) c
  CROSS JOIN LATERAL (
    SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE 0 = ANY(choices)), count(*) FILTER (WHERE 1 = ANY(choices)),
      count(*) FILTER (WHERE 2 = ANY(choices)), count(*) FILTER (WHERE 3 = ANY(choices))) AS there
    FROM poll_vote WHERE post_id = q.post_id AND choices <> '{}') v
  WHERE q.removed_at IS NULL AND c.counted <> v.there`;

/** Who took part in a poll that has ended, of posts that live, and was not told so once; and polls that do not end. */
export async function wrongEnds(post: pg.Client): Promise<string[]> {
  const { rows } = await post.query<{ wrong: string }>(`
    SELECT v.post_id || ':' || v.voter_id || ' was told the end ' || count(o.id) || ' times' AS wrong
    FROM poll q JOIN poll_vote v ON v.post_id = q.post_id JOIN post p ON p.id = q.post_id AND p.deleted_at IS NULL
    LEFT JOIN outbox o ON o.type = 'poll.ended' AND o.aggregateid = v.post_id || ':' || v.voter_id
    GROUP BY v.post_id, v.voter_id HAVING count(o.id) <> 1`);
  return rows.map(({ wrong }) => wrong);
}
