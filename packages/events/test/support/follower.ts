import { createTestDatabase } from '@murmuration/testing';
import pg from 'pg';
import type { ConsumerOptions, FeedSource } from '../../src/index.ts';
import { followerOptions, projectionSql } from './projection.ts';

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

/** Waits until a condition holds; the test's own timeout is the only limit. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
