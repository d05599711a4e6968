import { readFileSync } from 'node:fs';
import { createTestDatabase } from '@murmuration/testing';
import pg from 'pg';
import type { ConsumerOptions, FeedSource, StateChange } from '../../src/index.ts';
import { silent } from './producer.ts';

/** A small projection: which follows there are, and how many effects it saw. */
export const projectionSql = `
${readFileSync(new URL('../../sql/consumer.sql', import.meta.url), 'utf8')}
CREATE TABLE held (follower bigint, followee bigint, state text NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (follower, followee));
CREATE TABLE tally (effects bigint NOT NULL);
INSERT INTO tally VALUES (0);`;

export interface Follower {
  url: string;
  pool: pg.Pool;
  held(): Promise<Map<string, string>>;
  /** Not idempotent on purpose: it shows whether effects happened exactly once. */
  effects(): Promise<number>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  options(source: FeedSource): ConsumerOptions;
  close(): Promise<void>;
}

export async function openFollower(): Promise<Follower> {
  const database = await createTestDatabase('user');
  const pool = new pg.Pool({ connectionString: database.url, max: 5 });
  pool.on('error', () => undefined);
  await pool.query(projectionSql);
  const rows = async (sql: string) => (await pool.query<Record<string, unknown>>(sql)).rows;
  return {
    url: database.url,
    pool,
    rows,
    async held() {
      const found = await rows(
        `SELECT follower || ':' || followee AS key, state || ' v' || version AS held FROM held`,
      );
      return new Map(found.map((row) => [String(row['key']), String(row['held'])]));
    },
    effects: async () => Number((await rows('SELECT effects FROM tally'))[0]?.['effects']),
    options: (source) => followerOptions(pool, database.url, source),
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

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

/** Waits until a condition holds; the test's own timeout is the only limit. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
