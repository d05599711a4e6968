import { statSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isAlive, makeScratchFolder, removeScratchFolder, waitForExit } from '@murmuration/dev';
import { createGraphClient } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneCheckout, removeClone } from './clone.ts';
import { type NpmStart, npmStart, pidsIn } from './npm-start.ts';
import { onPath } from './on-path.ts';

/** The checkout under test keeps its state apart, so that a start of the developer's own is left alone. */
let state: string;
let last: NpmStart | undefined;
let clone: string;
let there: NpmStart | undefined;
beforeAll(async () => {
  state = await makeScratchFolder();
  clone = cloneCheckout();
});
afterAll(async () => {
  for (const run of [last, there]) {
    run?.npm.kill('SIGTERM');
    await run?.ended;
  }
  await removeClone(clone);
  await removeScratchFolder(state);
});

async function start(options: Parameters<typeof npmStart>[0] = {}): Promise<NpmStart> {
  last = await npmStart({ ...options, env: { MURMURATION_STATE: state, ...options.env } });
  return last;
}

async function counts(url: string) {
  const graph = createGraphClient(`${url}/graphql`);
  return graph.ask('{ user(handle: "alice") { id handle followerCount followingCount postCount } }');
}

/** Who is still there: processes go within moments, or late on a busy machine; only a survivor takes all of it. */
async function survivors(pids: Record<string, number>, withinMs = 60_000): Promise<string[]> {
  const gone = await Promise.all(Object.values(pids).map((pid) => waitForExit(pid, withinMs)));
  return Object.keys(pids).filter((_name, place) => !gone[place]);
}

let before: unknown;

test('the first start seeds; SIGTERM to the pid of npm stops everything', async () => {
  const run = await start({ args: ['--posts', '200'] });
  await run.said('Murmuration runs');
  expect(run.output()).toContain('Seeded');
  before = await counts(run.url);
  expect(before).toMatchObject({ user: { handle: 'alice' } });
  // What people wrote is read by nobody else; Postgres' own user may pass through.
  for (const folder of [state, path.join(state, 'logs')]) expect(statSync(folder).mode & 0o066).toBe(0);
  const pids = pidsIn(state);
  expect(Object.keys(pids)).toEqual(
    expect.arrayContaining(['gateway', 'post', 'postgres', 'redis', 'supervisor', 'user']),
  );

  run.npm.kill('SIGTERM');
  await run.ended;
  expect(await survivors(pids)).toEqual([]);
});

test('a graph is not mixed into data that exist', async () => {
  const run = await start({ args: ['--posts', '10'] });
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain('add --reset');
});

test('the next start keeps the data', async () => {
  const run = await start();
  await run.said('Murmuration runs');
  expect(run.output()).not.toContain('Seeded');
  expect(await counts(run.url)).toEqual(before);
});

test('a crashed service is reported with its last lines and comes back', async () => {
  const { user = 0 } = pidsIn(state);
  process.kill(user, 'SIGKILL');
  await last?.said('user was ended by SIGKILL; its last lines:');
  await last?.said('It starts again in 500 ms');
  await expect.poll(() => counts(last?.url ?? '')).toEqual(before);
  expect(pidsIn(state)['user']).not.toBe(user);
});

test('a second start of the same checkout says who runs', async () => {
  const { supervisor } = pidsIn(state);
  const second = await npmStart({ env: { MURMURATION_STATE: state } });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`kill ${supervisor}`);
  expect(await counts(last?.url ?? '')).toEqual(before);
});

test('a taken port fails at once and names the way out', async () => {
  const { port = 0 } = last ?? {};
  const other = await makeScratchFolder();
  const refused = await npmStart({ port, env: { MURMURATION_STATE: other } });
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toContain(`PORT=${port + 1} npm start`);
  expect(refused.output()).not.toContain('Postgres');
  await removeScratchFolder(other);
});

test('a fresh clone below a closed folder serves beside this checkout', async () => {
  expect(statSync(clone).mode & 0o077).toBe(0);
  there = await npmStart({ args: ['--posts', '100'], cwd: clone });
  await there.said('Murmuration runs');
  expect(there.output()).toContain('Installed');
  expect(await counts(last?.url ?? '')).toEqual(before);
  expect(await counts(there.url)).toMatchObject({ user: { handle: 'alice' } });
});

test('Ctrl-C stops one, and not the other', async () => {
  const pids = pidsIn(state);
  // A terminal sends the signal to the whole group.
  process.kill(-(last?.npm.pid ?? 0), 'SIGINT');
  expect(await last?.ended).toBe(0);
  expect(await survivors(pids)).toEqual([]);
  expect(await counts(there?.url ?? '')).toMatchObject({ user: { handle: 'alice' } });
});

test('the second start of the clone installs nothing and has its data', async () => {
  there?.npm.kill('SIGTERM');
  await there?.ended;
  there = await npmStart({ cwd: clone });
  await there.said('Murmuration runs');
  expect(there.output()).not.toMatch(/Installed|Seeded/);
  expect(await counts(there.url)).toMatchObject({ user: { handle: 'alice' } });
  there.npm.kill('SIGTERM');
  await there.ended;
});

test('what a killed supervisor left is ended by the next start, which keeps the data', async () => {
  const killed = await start();
  await killed.said('Murmuration runs');
  const left = pidsIn(state);
  process.kill(left['supervisor'] ?? 0, 'SIGKILL');
  expect(await killed.ended).toBe(1);
  expect(isAlive(left['postgres'] ?? 0)).toBe(true);

  const run = await start();
  await run.said('Murmuration runs');
  expect(await survivors(left, 0)).toEqual([]);
  expect(await counts(run.url)).toEqual(before);
});

test('everything stops by itself when npm is killed', async () => {
  const pids = pidsIn(state);
  last?.npm.kill('SIGKILL');
  expect(await survivors(pids)).toEqual([]);
});

test('without a Redis that can be had, it says what to type and leaves nothing running', async () => {
  const bare = await makeScratchFolder();
  const tools = path.join(bare, 'tools');
  await mkdir(tools);
  for (const name of ['node', 'npm', 'sh', 'id']) symlinkSync(onPath(name), path.join(tools, name));
  const run = await npmStart({ env: { MURMURATION_STATE: bare, PATH: tools } });
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(/Redis is needed .*Type: /);
  expect(run.output()).toContain('REDIS_URL=');
  expect(pidsIn(bare)).toEqual({});
  await removeScratchFolder(bare);
});
