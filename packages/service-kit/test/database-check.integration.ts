import { createTestDatabase, type TestDatabase } from '@murmuration/testing/postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabaseCheck } from '../src/subgraph/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase('post');
});
afterAll(() => database.drop());

test('the database is asked beside the requests, on one connection, and a broken one is made anew', async () => {
  const requests = new pg.Pool({ connectionString: database.url, max: 1 });
  const { check, close } = createDatabaseCheck(database.url, 'test');
  const taken = await requests.connect();
  try {
    await Promise.all(Array.from({ length: 20 }, check));
    const own = `FROM pg_stat_activity WHERE application_name = 'test readiness'`;
    const { rows } = await taken.query(`SELECT count(*)::int AS connections ${own}`);
    expect(rows).toEqual([{ connections: 1 }]);
    await taken.query(`SELECT pg_terminate_backend(pid) ${own}`);
    await expect.poll(() => check().then(() => 'up', String)).toBe('up');
  } finally {
    taken.release();
    await requests.end();
    await close();
  }
});
