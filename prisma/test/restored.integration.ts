import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, test } from 'vitest';
import { servers } from './servers.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

async function lifeOf(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ life: string }>(sql);
  await client.end();
  return rows[0]?.life ?? '';
}

test.each([
  { database: 'user', sql: 'SELECT uuid::text AS life FROM feed_identity' },
  { database: 'post', sql: 'SELECT uuid::text AS life FROM feed_identity' },
  { database: 'timeline', sql: 'SELECT incarnation::text AS life FROM timeline_head' },
])('a restored $database is another one than before', async ({ database, sql }) => {
  const url = new URL(servers().postgresUrl);
  url.pathname = `/restored_${database}_${randomBytes(4).toString('hex')}`;
  const env = { ...process.env, [`${database.toUpperCase()}_DATABASE_URL`]: url.href };
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [cli, ...args], { env, stdio: 'pipe' }).toString();
  run();
  const before = await lifeOf(url.href, sql);
  expect(before).not.toBe('');
  expect(run('restored')).toContain(`${database}: is another one now`);
  expect(await lifeOf(url.href, sql)).not.toBe(before);
});

test('an unknown command changes nothing and is named', () => {
  expect(() => execFileSync(process.execPath, [cli, 'restord'], { stdio: 'pipe' })).toThrow(
    /Unknown command "restord"\. Known: migrate/,
  );
});
