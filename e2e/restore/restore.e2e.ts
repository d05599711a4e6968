import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  makeScratchFolder,
  type PostgresServer,
  removeScratchFolder,
  type Stack,
  startPostgres,
  startStack,
} from '@murmuration/dev';
import { decodeId, encodeId } from '@murmuration/ids';
import { type Member, signUpCast } from '@murmuration/testing';
import { homeByOracle, loadTruth, readTruth } from '@murmuration/testing/oracle';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { watchHome } from '../support/watch-home.ts';
import { archiveEverything, archiveIn, type Backup, restore, takeBackup } from './backup.ts';

const quick = { fsync: 'off' };
/** How much later the second of two restored services is back. */
const apartMs = 3_000;
/** How long the end of a backfill waits for the other feed; half of it, for the wait begins before the process serves. */
const besideMs = 30_000;

let scratch: string;
let truth: PostgresServer;
let projection: PostgresServer;
let stack: Stack;
let cast: Record<'alice' | 'bob' | 'carol', Member>;
const folderOf = (name: string) => path.join(scratch, name);
const stop: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  scratch = await makeScratchFolder();
  // The server's own account must reach the archive inside.
  chmodSync(scratch, 0o711);
  stop.push(() => removeScratchFolder(scratch));
  const { settings } = archiveIn(folderOf('backups'));
  truth = await startPostgres({ stateFolder: folderOf('truth'), settings: { ...quick, ...settings } });
  stop.push(() => truth.remove());
  projection = await startPostgres({ stateFolder: folderOf('projection'), settings: quick });
  stop.push(() => projection.remove());
  stack = await startStack({
    databaseUrls: {
      user: truth.url('user'),
      post: truth.url('post'),
      timeline: projection.url('timeline'),
    },
  });
  stop.push(() => stack.stop());
  cast = await signUpCast(`${stack.url}/graphql`, ['alice', 'bob', 'carol']);
});
afterAll(async () => {
  for (const step of stop.reverse()) await step();
});

test('what was lost is gone everywhere, and what was restored is the truth again', async () => {
  const { alice, bob, carol } = cast;
  const archive = path.join(folderOf('backups'), 'archive');
  await alice.follow(bob);
  const early = await bob.post('before the backup');
  const backup = await takeBackup(truth, folderOf('truth'), path.join(folderOf('backups'), 'base'));
  await alice.follow(carol);
  const kept = await carol.post('after the backup, before the moment');
  const until = await now();

  const lost = await bob.post('after the moment');
  await bob.ask(`mutation ($id: ID!) { deletePost(input: { postId: $id }) { errors { message } } }`, {
    id: early,
  });
  await alice.ask(`mutation ($id: ID!) { unfollowUser(input: { userId: $id }) { errors { message } } }`, {
    id: carol.id,
  });
  await expect.poll(() => homeOf(alice)).toEqual([lost]);
  const watch = watchHome(`${stack.url}/graphql`, alice, await liveCursorOf(alice));
  onTestFailed(() => console.log(`what alice's app saw: ${JSON.stringify(watch)}`));
  await archiveEverything(truth, archive);

  const lostAt = Date.now();
  await truth.kill();
  await Promise.all([stack.kill('user'), stack.kill('post')]);
  const { port } = truth;
  const passwordFile = path.join(folderOf('truth'), 'postgres.password');
  const stateFolder = folderOf('restored');
  truth = await restore({ backup: backup.folder, archive, until, port, stateFolder, passwordFile });
  const recoveredAt = Date.now();
  prismaCli(['restored'], { USER_DATABASE_URL: truth.url('user'), POST_DATABASE_URL: truth.url('post') });
  // One is read anew and could end before anything is heard of the other.
  const served = await Promise.all([
    stack.start('post').then(Date.now),
    sleep(apartMs).then(() => stack.start('user').then(Date.now)),
  ]);
  const servedAt = Math.max(...served);

  await expect.poll(() => homeOf(alice)).toEqual([kept, early]);
  const rightAt = Date.now();
  await expectTheOracle();
  // One, though two feeds were read anew: whoever listens is told, and fetches again. A second one only where the other
  // feed came back so late that the first did not wait for it.
  const most = servedAt - Math.min(...served) < besideMs ? 1 : 2;
  const resets = () => watch.wrong.filter((event) => event.includes('"Reset"'));
  await expect.poll(() => resets().length).toBeGreaterThan(0);
  expect(resets().filter((event) => !event.includes('"REBUILT"'))).toEqual([]);

  const next = await bob.post('life goes on');
  await expect.poll(() => homeOf(alice)).toEqual([next, kept, early]);
  await expect.poll(() => watch.posts.at(-1)).toBe(next);
  expect(resets().length).toBeLessThanOrEqual(most);
  await watch.stop();
  await expectTheOracle();
  report(backup, { lostAt, recoveredAt, servedAt, rightAt });
});

test('a timeline that is lost altogether is built anew from nothing', async () => {
  const { alice } = cast;
  const before = await homeOf(alice);
  expect(before.length).toBeGreaterThan(0);
  await Promise.all([stack.kill('timeline'), stack.kill('timeline-worker')]);
  await withClient(projection.url('postgres'), async (client) => {
    await client.query('DROP DATABASE timeline WITH (FORCE)');
  });
  const lostAt = Date.now();
  prismaCli([], { TIMELINE_DATABASE_URL: projection.url('timeline') });
  await Promise.all([stack.start('timeline'), stack.start('timeline-worker')]);
  await expect.poll(() => homeOf(alice)).toEqual(before);
  console.log(
    `the timelines were built anew ${((Date.now() - lostAt) / 1_000).toFixed(1)} s after their loss`,
  );
  await expectTheOracle();
});

function prismaCli(args: string[], settings: Record<string, string>): void {
  const env = { ...process.env, ...settings };
  execFileSync(process.execPath, ['prisma/src/cli.ts', ...args], { env, stdio: 'pipe' });
}

async function homeOf(member: Member): Promise<string[]> {
  const { homeTimeline } = await member.ask<{ homeTimeline: { edges: { node: { id: string } | null }[] } }>(
    '{ homeTimeline(first: 20) { edges { node { id } } } }',
  );
  return homeTimeline.edges.map(({ node }) => node?.id ?? 'nothing');
}

async function liveCursorOf(member: Member): Promise<string> {
  const answer = await member.ask<{ homeTimeline: { liveCursor: string } }>(
    '{ homeTimeline(first: 1) { liveCursor } }',
  );
  return answer.homeTimeline.liveCursor;
}

/** The moment to come back to, by the clock of the server itself. */
async function now(): Promise<string> {
  return withClient(truth.url('user'), async (client) => {
    const { rows } = await client.query<{ now: string }>(`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',
      'YYYY-MM-DD HH24:MI:SS.US') || '+00' AS now, pg_sleep(0.05)`);
    return rows[0]?.now ?? '';
  });
}

/** Every home is what the definition says of the databases that hold the truth. */
async function expectTheOracle(): Promise<void> {
  const facts = await withClient(truth.url('user'), (user) =>
    withClient(truth.url('post'), (post) => readTruth(user, post)),
  );
  await withClient(projection.url('timeline'), async (client) => {
    await loadTruth(client, facts);
    for (const member of Object.values(cast)) {
      const id = decodeId('User', member.id);
      const expected = id === null ? [] : await homeByOracle(client, id);
      expect(await homeOf(member)).toEqual(expected.map(({ postId }) => encodeId('Post', postId)));
    }
  });
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function report(backup: Backup, at: Record<'lostAt' | 'recoveredAt' | 'servedAt' | 'rightAt', number>): void {
  const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1);
  console.log(
    `backup of ${(backup.bytes / 2 ** 20).toFixed(0)} MiB in ${backup.seconds.toFixed(1)} s; after the loss the server was ` +
      `recovered to the moment in ${seconds(at.lostAt, at.recoveredAt)} s, user and post served ${seconds(at.recoveredAt, at.servedAt)} s ` +
      `later, and every home was right another ${seconds(at.servedAt, at.rightAt)} s later`,
  );
}
