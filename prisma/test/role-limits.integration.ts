import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations, everyDatabase } from '../src/index.ts';
import { limitRole, roleLimits } from '../src/role-limits.ts';
import { servers } from './servers.ts';

const suffix = randomBytes(6).toString('hex');
const role = `app_${suffix}`;
const admin = new pg.Client({ connectionString: servers().postgresUrl });
const urlOf = (database: string, user?: string) => {
  const url = new URL(servers().postgresUrl);
  url.pathname = `/${database}`;
  if (user) Object.assign(url, { username: user, password: 'secret' });
  return url.href;
};

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  await admin.connect();
  await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' NOSUPERUSER NOCREATEDB NOCREATEROLE`);
});
afterAll(() => admin.end());

const limits = `SELECT name, setting::int FROM pg_settings
  WHERE name IN ('transaction_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`;

it.each(everyDatabase)('a role that only owns %s migrates it and bounds itself in it', async (database) => {
  const name = `${database}_${suffix}`;
  await admin.query(`CREATE DATABASE ${name} OWNER ${role}`);
  const url = urlOf(name, role);
  expect(await applyMigrations({ database, url })).not.toEqual([]);
  expect(await limitRole(url)).toBe(true);
  expect(await ask(url, limits)).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: 10_000 },
    { name: 'transaction_timeout', setting: 60_000 },
  ]);
  expect(Object.keys(roleLimits).toSorted()).toEqual([
    'idle_in_transaction_session_timeout',
    'transaction_timeout',
  ]);
  // Tools that are no application go on as the server lets them: a base backup outlasts any limit of ours.
  expect(await ask(urlOf(name), limits)).toEqual(await ask(urlOf('postgres'), limits));
});

it('a superuser is not limited', async () => {
  expect(await limitRole(urlOf('postgres'))).toBe(false);
});
