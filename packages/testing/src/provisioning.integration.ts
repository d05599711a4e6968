import { Redis } from 'ioredis';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { createTestDatabase } from './postgres.ts';
import { createRedisProcess, createTestRedis } from './redis.ts';
import { servers } from './servers.ts';

async function rows(url: string, statement: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const result = await client.query(statement);
  await client.end();
  return result.rows;
}

test('each caller gets a migrated database of its own, which can be dropped', async () => {
  const mine = await createTestDatabase('user');
  const yours = await createTestDatabase('user');
  await rows(mine.url, 'CREATE TABLE only_mine (id int)');
  const find = `SELECT to_regclass('only_mine') AS "onlyMine", to_regclass('_prisma_migrations') AS migrations`;
  expect(await rows(mine.url, find)).toEqual([{ onlyMine: 'only_mine', migrations: '_prisma_migrations' }]);
  expect(await rows(yours.url, find)).toEqual([{ onlyMine: null, migrations: '_prisma_migrations' }]);
  await Promise.all([mine.drop(), yours.drop()]);
  await expect(rows(mine.url, 'SELECT 1')).rejects.toThrow('does not exist');
});

test('no two workers share a server', () => {
  const all = inject('servers');
  expect(all).toContainEqual(servers());
  for (const name of ['postgresUrl', 'redisUrl'] as const)
    expect(new Set(all.map((each) => each[name])).size).toBe(all.length);
});

test('the server is one that keeps the promises of the event feed', async () => {
  const database = await createTestDatabase('post');
  const settings = await rows(
    database.url,
    `SELECT current_setting('server_version_num')::int >= 170000 AS "isRecent",
       current_setting('max_prepared_transactions') AS prepared, current_setting('transaction_timeout') AS timeout`,
  );
  expect(settings).toEqual([{ isRecent: true, prepared: '0', timeout: '1min' }]);
  await database.drop();
});

test('two files do not see the keys of each other', async () => {
  const [one, two] = await Promise.all([createTestRedis(), createTestRedis()]);
  await one.client.set('key', 'value');
  expect(await two.client.get('key')).toBeNull();
  await Promise.all([one.close(), two.close()]);
});

test('a private Redis dies and comes back empty at the same address', async () => {
  const server = await createRedisProcess();
  const client = new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => {});
  await client.set('key', 'value');
  await server.kill();
  await server.start();
  expect(await client.get('key')).toBeNull();
  client.disconnect();
  await server.close();
});
