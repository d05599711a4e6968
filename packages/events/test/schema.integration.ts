import { createTestDatabase } from '@murmuration/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openFollower } from './support/follower.ts';

const columnsSql = `
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
WHERE table_name IN ('consumer', 'dead_letter', 'dirty_aggregate') AND table_schema = 'public' ORDER BY 1, 2`;

test('the timeline database has the tables of consumer.sql, as they are there', async () => {
  const [follower, timeline] = await Promise.all([openFollower(), createTestDatabase('timeline')]);
  const pool = new pg.Pool({ connectionString: timeline.url });
  const expected = await follower.rows(columnsSql);
  expect(expected.length).toBeGreaterThan(15);
  expect((await pool.query(columnsSql)).rows).toEqual(expected);
  await pool.end();
  await Promise.all([follower.close(), timeline.drop()]);
});
