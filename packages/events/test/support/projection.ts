import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { ConsumerOptions, FeedSource, StateChange } from '../../src/index.ts';
import { silent } from './source.ts';

/** A small projection: which follows there are, and how many effects it saw. */
export const projectionSql = `
${readFileSync(new URL('../../sql/consumer.sql', import.meta.url), 'utf8')}
CREATE TABLE held (follower bigint, followee bigint, state text NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (follower, followee));
CREATE TABLE tally (effects bigint NOT NULL);
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
    limits: { firstPauseMs: 5, waitMs: 500 },
    apply: project,
  };
}

/** What every consumer does: over a lower version, or, from a snapshot, whatever is held. */
export const project: ConsumerOptions['apply'] = async (client, changes, source) => {
  const isWhole = source.kind === 'snapshot';
  if (isWhole) await sweep(client, source);
  for (const change of changes) {
    await client.query('UPDATE tally SET effects = effects + 1');
    await store(client, change, isWhole);
  }
};

async function store(client: pg.ClientBase, change: StateChange, isWhole: boolean): Promise<void> {
  if (change.type !== 'follow.changed') return;
  const { followeeId, followerId, state } = change.payload;
  await client.query(
    `INSERT INTO held AS h VALUES ($1, $2, $3, $4) ON CONFLICT (follower, followee) DO UPDATE
     SET state = excluded.state, version = excluded.version WHERE $5 OR h.version < excluded.version`,
    [followerId, followeeId, state, change.version, isWhole],
  );
}

async function sweep(client: pg.ClientBase, range: { after: string | null; through: string | null }) {
  const [a, b] = (range.after ?? '-1:-1').split(':');
  const [c, d] = (range.through ?? '9223372036854775807:9223372036854775807').split(':');
  await client.query(
    'DELETE FROM held WHERE (follower, followee) > ($1, $2) AND (follower, followee) <= ($3, $4)',
    [a, b, c, d],
  );
}
