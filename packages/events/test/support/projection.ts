import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { ChangeSource, ConsumerOptions, FeedSource, StateChange, Sweep } from '../../src/index.ts';
import { silent } from './source.ts';

/** A small projection: which follows there are, and how many effects it saw. */
export const projectionSql = `
${readFileSync(new URL('../../sql/consumer.sql', import.meta.url), 'utf8')}
CREATE TABLE held (follower bigint, followee bigint, state text NOT NULL, version bigint NOT NULL,
  generation bigint NOT NULL, PRIMARY KEY (follower, followee));
CREATE TABLE tally (effects bigint NOT NULL, backfills bigint NOT NULL DEFAULT 0);
INSERT INTO tally VALUES (0);`;

export function followerOptions(pool: pg.Pool, url: string, source: FeedSource): ConsumerOptions {
  return {
    feed: 'user',
    source,
    pool,
    connection: { connectionString: url },
    types: ['follow.changed'],
    aggregates: ['follow'],
    start: 'beginning',
    logger: silent,
    limits: { firstPauseMs: 5, waitMs: 500, askMs: 20 },
    apply: project,
    sweep,
    onBackfillEnds: async (client) => void (await client.query('UPDATE tally SET backfills = backfills + 1')),
  };
}

/** What every consumer does: over a lower generation or version, from a snapshot over the same one as well. */
export const project: ConsumerOptions['apply'] = async (client, changes, source) => {
  for (const change of changes) {
    await client.query('UPDATE tally SET effects = effects + 1');
    await store(client, change, source);
  }
};

async function store(client: pg.ClientBase, change: StateChange, source: ChangeSource): Promise<void> {
  if (change.type !== 'follow.changed') return;
  const { followeeId, followerId, state } = change.payload;
  const newer = source.kind === 'snapshot' ? '>=' : '>';
  await client.query(
    `INSERT INTO held AS h VALUES ($1, $2, $3, $4, $5) ON CONFLICT (follower, followee) DO UPDATE
     SET state = excluded.state, version = excluded.version, generation = excluded.generation
     WHERE h.generation < excluded.generation OR excluded.version ${newer} h.version`,
    [followerId, followeeId, state, change.version, source.generation.toString()],
  );
}

async function sweep(client: pg.ClientBase, { generation, after, limit }: Sweep) {
  const { rows } = await client.query<{ next: string | null; removed: number }>(
    `WITH looked AS (
       SELECT follower, followee, generation FROM held
       WHERE (follower, followee) > ($1, $2) ORDER BY follower, followee LIMIT $3),
     gone AS (
       DELETE FROM held h USING looked l
       WHERE (h.follower, h.followee) = (l.follower, l.followee) AND l.generation < $4 RETURNING 1)
     SELECT CASE WHEN (SELECT count(*) FROM looked) = $3 THEN
         (SELECT follower || ':' || followee FROM looked ORDER BY follower DESC, followee DESC LIMIT 1) END AS next,
       (SELECT count(*)::integer FROM gone) AS removed`,
    [...(after ?? '-1:-1').split(':'), limit, generation.toString()],
  );
  return rows[0] ?? { next: null, removed: 0 };
}
