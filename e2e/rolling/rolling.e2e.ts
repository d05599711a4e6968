import { setTimeout as sleep } from 'node:timers/promises';
import { processNames } from '@murmuration/dev';
import { type Member, signUpCast } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLoad } from '../support/load.ts';
import { type Replicated, settleMs, startReplicated } from '../support/replicated.ts';
import { watchHome } from '../support/watch-home.ts';

let stack: Replicated;
let members: Member[];

beforeAll(async () => {
  stack = await startReplicated();
  members = Object.values(await signUpCast(stack.graphUrl, ['alice', 'bob', 'carol', 'dave', 'erin']));
  for (const one of members) {
    for (const other of members) if (one !== other) await one.follow(other);
  }
});
afterAll(() => stack?.stop());

test('every process is replaced under load, and nothing fails, happens twice or is missed', async () => {
  const watches = await Promise.all(
    members.map(async (member) => {
      const answer = await member.ask<{ homeTimeline: { liveCursor: string } }>(
        '{ homeTimeline(first: 1) { liveCursor } }',
      );
      return watchHome(stack.graphUrl, member, answer.homeTimeline.liveCursor);
    }),
  );
  await expect.poll(() => watches.map(({ sockets }) => sockets)).toEqual(members.map(() => 1));
  const startedAt = Date.now();
  const load = startLoad(members, 80);
  for (const name of processNames.flatMap((part) => [part, `${part}-2`])) {
    await stack.restart(name);
    await sleep(settleMs);
  }
  await load.stop();
  const seconds = (Date.now() - startedAt) / 1_000;

  const everything = [...load.posts.keys()].sort();
  await expect
    .poll(() => watches.map(({ posts }) => posts.length))
    .toEqual(members.map(() => everything.length));
  await Promise.all(watches.map((watch) => watch.stop()));
  report({ seconds, load, watches });
  if (load.failures.length > 0) console.log(stack.complaints().join('\n'));

  expect(load.failures).toEqual([]);
  expect(watches.flatMap(({ wrong }) => wrong)).toEqual([]);
  for (const { posts } of watches) expect([...posts].sort()).toEqual(everything);
  // One order for all, for it is the order of the log.
  expect(new Set(watches.map(({ posts }) => posts.join())).size).toBe(1);
  for (const { sockets } of watches) expect(sockets).toBeGreaterThan(1);
  expect(await effects()).toEqual({ posts: load.posts.size, texts: load.posts.size, likes: load.likes.size });
});

/** What the database holds: a post or a like that happened twice would show. */
async function effects(): Promise<unknown> {
  const client = new pg.Client({ connectionString: stack.databaseUrls.post });
  await client.connect();
  const { rows } = await client.query(`SELECT (SELECT count(*)::int FROM post) AS posts,
    (SELECT count(DISTINCT text)::int FROM post) AS texts,
    ((SELECT coalesce(sum(like_count), 0) FROM post_count)
      + (SELECT coalesce(sum(like_delta), 0) FROM post_count_delta))::int AS likes`);
  await client.end();
  return rows[0];
}

function report(figures: {
  seconds: number;
  load: ReturnType<typeof startLoad>;
  watches: ReturnType<typeof watchHome>[];
}): void {
  const { seconds, load, watches } = figures;
  const sum = (of: 'sockets' | 'repeated' | 'reopened') =>
    watches.reduce((total, watch) => total + watch[of], 0);
  console.log(
    `rolled ${processNames.length * 2} processes in ${seconds.toFixed(1)} s under ${load.operations} operations ` +
      `(${(load.operations / seconds).toFixed(0)}/s): ${load.failures.length} failed, ${load.retries} sent again ` +
      `${JSON.stringify(Object.fromEntries(load.reasons))}, ${stack.passedOn()} passed on by nginx; ` +
      `${load.posts.size} posts and ${load.likes.size} likes; ${watches.length} subscribers opened ${sum('sockets')} ` +
      `sockets, ${sum('repeated')} events came again, ${sum('reopened')} streams ended`,
  );
}
