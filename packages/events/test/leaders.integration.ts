import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { metrics } from '@murmuration/service-kit';
import { type FeedSource, runConsumer } from '../src/index.ts';
import { type Follower, openFollower, until } from './support/follower.ts';
import { project } from './support/projection.ts';
import { openProducer, type Producer } from './support/producer.ts';

let producer: Producer;
let follower: Follower;

beforeEach(async () => {
  [producer, follower] = await Promise.all([openProducer(), openFollower()]);
});
afterEach(() => Promise.all([producer.close(), follower.close()]));

const effects = async (count: number) => (await follower.effects()) === count;

/** A gate that something waits at until it is opened. */
function gate() {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    async pass() {
      reached.resolve();
      await opened.promise;
    },
  };
}

async function cutLock(): Promise<void> {
  await follower.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
}

test('a consumer killed between effect and cursor leaves neither, and its heir does both', async () => {
  for (const followee of [2, 3]) await producer.follow(1, followee);
  await producer.follow(3, 4);
  await producer.follow(5, 6);
  const child = fork(new URL('./support/hanging-consumer.ts', import.meta.url), [producer.url, follower.url]);
  await once(child, 'message');
  expect(await follower.effects()).toBe(2);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const heir = runConsumer(follower.options(producer.source));
  await until(() => effects(4));
  expect(await follower.held()).toEqual(await producer.truth());
  await heir.stop();
});

test('a leader that lost its lock but lives on is fenced off before it has effects', async () => {
  const page = gate();
  let isFirst = true;
  const slow: FeedSource = {
    ...producer.source,
    async read(request) {
      const answer = await producer.source.read({ ...request, signal: new AbortController().signal });
      if (answer.status === 'page' && answer.events.length > 0 && isFirst) {
        isFirst = false;
        await page.pass();
      }
      return answer;
    },
  };
  const old = runConsumer(follower.options(slow));
  await producer.follow(1, 2);
  await page.reached;
  const before = await fencedOff();
  await cutLock();
  const heir = runConsumer(follower.options(producer.source));
  await until(() => effects(1));
  page.open();
  await until(async () => (await fencedOff()) > before);
  await producer.follow(3, 4);
  await until(() => effects(2));
  await Promise.all([old.stop(), heir.stop()]);
  expect(await follower.effects()).toBe(2);
  expect(await follower.held()).toEqual(await producer.truth());
});

test('a leader that lost its lock within its transaction finishes it, and its heir does not repeat it', async () => {
  const inside = gate();
  const old = runConsumer({
    ...follower.options(producer.source),
    async apply(client, changes, source) {
      await project(client, changes, source);
      await inside.pass();
    },
  });
  await producer.follow(1, 2);
  await inside.reached;
  await cutLock();
  const heir = runConsumer(follower.options(producer.source));
  // The heir has read the same event and waits for the row that the old leader still holds.
  await until(async () => {
    const waiting = await follower.rows(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length > 0;
  });
  inside.open();
  await until(() => effects(1));
  await producer.follow(3, 4);
  await until(() => effects(2));
  await Promise.all([old.stop(), heir.stop()]);
  expect(await follower.effects()).toBe(2);
});

test('of many candidates one leads, and the next takes over when it stops', async () => {
  const first = runConsumer(follower.options(producer.source));
  await until(() => first.isLeading());
  const second = runConsumer(follower.options(producer.source));
  await producer.follow(1, 2);
  await until(() => effects(1));
  expect([first.isLeading(), second.isLeading()]).toEqual([true, false]);
  await first.stop();
  await until(() => second.isLeading());
  await producer.follow(3, 4);
  await until(() => effects(2));
  await second.stop();
});

test('a slower, older backfill cannot write over a newer one', async () => {
  await producer.follow(1, 2);
  await producer.follow(1, 3);
  const [oldPage, newPage] = [gate(), gate()];
  const gated = (page: ReturnType<typeof gate>, after: string | null): FeedSource => ({
    ...producer.source,
    async page(...of) {
      const answer = await producer.source.page(...of);
      if (of[1] === after) await page.pass();
      return answer;
    },
  });
  const base = { ...follower.options(producer.source), start: 'backfill' as const };
  const limits = { ...base.limits, states: 1 };
  const old = runConsumer({ ...base, limits, source: gated(oldPage, null) });
  await oldPage.reached;
  await producer.follow(1, 2, 'removed');
  await cutLock();
  const before = await fencedOff();
  const heir = runConsumer({ ...base, limits, source: gated(newPage, '1:2') });
  await newPage.reached;
  oldPage.open();
  await until(async () => (await fencedOff()) > before);
  newPage.open();
  await until(async () => (await follower.held()).size === 2);
  await Promise.all([old.stop(), heir.stop()]);
  expect(await follower.held()).toEqual(await producer.truth());
});

async function fencedOff(): Promise<number> {
  // Of all feeds: other files that run in this process have some of their own.
  const metric = await metrics.getSingleMetric('feed_fenced_off_total')?.get();
  return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
}
