/**
 * Does a restore of large databases come to its end, and what do readers feel of it? `pnpm bench restore
 * [--people n] [--follows n] [--posts n] [--lost n] [--per-second n]`
 *
 * By default a million posts and five million follows, of which the projection knows all and the restored databases of `user`
 * and `post` have lost the newest hundredth: they are another incarnation, as after a restore to a point in time. Meanwhile
 * homes are read at a rate. At the end the projection must hold exactly what its owners hold.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startStack } from '@murmuration/dev';
import { type BackfillState, readBackfill, renewFeedIdentity } from '@murmuration/events';
import pg from 'pg';
// By path: the crowd of the story that explains every statement.
import { crowdPassword, makeCrowd } from '../../e2e/explain/crowd.ts';
import { homePage } from '../home-page.ts';
import { startOpenLoop } from '../open-loop.ts';
import { timesOf } from '../times.ts';
import { logIn, query, signInEveryMs } from '../town.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '100000' },
    follows: { type: 'string', default: '50' },
    posts: { type: 'string', default: '1000000' },
    /** Of a thousand posts and follows, how many the restored databases do not have any more. */
    lost: { type: 'string', default: '10' },
    'per-second': { type: 'string', default: '20' },
    readers: { type: 'string', default: '50' },
    'at-most-minutes': { type: 'string', default: '40' },
  },
});
const feeds = ['user', 'post'] as const;
const lookEveryMs = 500;
const settleMs = 10_000;
const endsMs = performance.now() + Number(values['at-most-minutes']) * 60_000;

const stack = await startStack({
  env: { LOG_LEVEL: 'warn' },
  postgresSettings: { shared_buffers: '512MB', max_wal_size: '8GB' },
  beforeProcesses: async ({ databaseUrls }) => {
    await makeCrowd(databaseUrls, {
      people: Number(values.people),
      followsEach: Number(values.follows),
      posts: Number(values.posts),
    });
  },
});
let signingIn: NodeJS.Timeout | undefined;
try {
  const tokens: string[] = [];
  const signInAll = async () => {
    for (let n = 0; n < Number(values.readers); n++) tokens[n] = await signIn(`person${n * 7 + 2}`);
  };
  await signInAll();
  // Their tokens last ten minutes; where this fails, so do their reads.
  signingIn = setInterval(() => signInAll().catch(() => undefined), signInEveryMs);
  const readFor = async (untilMs: () => Promise<boolean>): Promise<string> => {
    const loop = startOpenLoop(`${stack.url}/graphql`, Number(values['per-second']), (i) => ({
      headers: { authorization: `Bearer ${tokens[i % tokens.length]}` },
      body: homePage,
    }));
    while (!(await untilMs())) await sleep(lookEveryMs);
    await loop.stop();
    const { p50Ms, p99Ms } = timesOf(loop.times);
    return `${loop.times.length} homes, none failed, p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)} ms`;
  };
  const calmEndsMs = performance.now() + settleMs;
  console.log(`before: ${await readFor(async () => performance.now() > calmEndsMs)}`);

  await Promise.all([loseNewest('user', 'follow'), loseNewest('post', 'post')]);
  const startedMs = performance.now();
  await Promise.all(feeds.map(renewIdentity));

  const begun = new Set<string>();
  const ended = new Set<string>();
  const last = new Map<string, BackfillState>();
  const timeline = new pg.Client({ connectionString: stack.databaseUrls.timeline });
  // The stack ends it when something failed, and that is what is to be seen.
  timeline.on('error', () => undefined);
  await timeline.connect();
  const during = await readFor(async () => {
    for (const feed of feeds) {
      const state = await readBackfill(timeline, feed);
      if (state) {
        if (last.get(feed)?.aggregate !== state.aggregate || last.get(feed)?.phase !== state.phase)
          console.log(
            `${seconds(startedMs)} s  ${feed}: ${state.phase} ${state.aggregate}, ${state.states} states, ${state.removed} removed`,
          );
        begun.add(feed);
        last.set(feed, state);
      } else if (begun.has(feed)) ended.add(feed);
    }
    if (performance.now() > endsMs) throw new Error(`No end after ${values['at-most-minutes']} minutes`);
    return ended.size === feeds.length;
  });
  await timeline.end();
  const states = [...last.values()].reduce((sum, each) => sum + each.states, 0);
  const removed = [...last.values()].reduce((sum, each) => sum + each.removed, 0);
  const tookSeconds = (performance.now() - startedMs) / 1_000;
  console.log(
    `${states} states read and ${removed} rows removed in ${tookSeconds.toFixed(0)} s (${Math.round(states / tookSeconds)}/s); meanwhile ${during}`,
  );
  const differing = await differences();
  console.log(differing.length === 0 ? 'the projection is what its owners say' : differing.join('\n'));
  process.exitCode = differing.length === 0 ? 0 : 1;
} finally {
  clearInterval(signingIn);
  await stack.stop();
}

async function signIn(handle: string): Promise<string> {
  const token = await logIn(stack.url, handle, crowdPassword);
  if (!token) throw new Error(`${handle} cannot sign in`);
  return token;
}

/** What was written last is not in the copy. */
async function loseNewest(database: 'user' | 'post', table: 'follow' | 'post'): Promise<void> {
  await query(
    stack.databaseUrls[database],
    `WITH newest AS (SELECT id FROM ${table} ORDER BY id DESC LIMIT (SELECT count(*) * ${Number(values.lost)} / 1000 FROM ${table}))
     DELETE FROM ${table} WHERE id >= (SELECT min(id) FROM newest)`,
  );
}

async function renewIdentity(feed: 'user' | 'post'): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseUrls[feed] });
  await client.connect();
  await renewFeedIdentity(client);
  await client.end();
}

/** Compared by their number and a sum of hashes. */
async function differences(): Promise<string[]> {
  const sums = (what: string, from: string) =>
    `SELECT count(*)::text AS count, coalesce(sum(hashtextextended(${what}, 0)), 0)::text AS sum FROM ${from}`;
  const pairs = [
    [
      'posts',
      'post',
      sums(`id || ' ' || author_id`, 'post WHERE deleted_at IS NULL'),
      sums(`id || ' ' || author_id`, 'post_ref WHERE NOT is_deleted'),
    ],
    [
      'follows',
      'user',
      sums(`follower_id || ' ' || followee_id`, `follow WHERE state = 'active'`),
      sums(`follower_id || ' ' || followee_id`, 'follow WHERE active'),
    ],
    ['accounts', 'user', sums('id::text', 'account'), sums('id::text', 'account')],
  ] as const;
  const found = await Promise.all(
    pairs.map(async ([what, owner, ofOwner, ofProjection]) => {
      const [truth, projection] = await Promise.all([
        query(stack.databaseUrls[owner], ofOwner),
        query(stack.databaseUrls.timeline, ofProjection),
      ]);
      const [a, b] = [JSON.stringify(truth), JSON.stringify(projection)];
      console.log(`${what}: ${a}`);
      return a === b ? [] : [`${what}: ${a} at the owner, ${b} in the projection`];
    }),
  );
  return found.flat();
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1_000).toFixed(0).padStart(5);
}
