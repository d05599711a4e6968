import { beforeEach, expect, test } from 'vitest';
import { metrics } from '../observe/metrics.ts';
import { createQueue } from './queue.ts';
import { streamOf } from './stream.ts';

const open = (limit = 10) => {
  const queue = createQueue<string>(limit);
  const events = streamOf(
    queue,
    ({ item }) => ({ type: item }),
    () => undefined,
  );
  return { queue, events };
};

/** Series by their text, as they are scraped. */
async function scraped(): Promise<(series: string) => number | undefined> {
  const lines = (await metrics.metrics()).split('\n');
  return (series) => {
    const line = lines.find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  };
}

beforeEach(() => metrics.resetMetrics());

test('every stream is counted when it begins, and once when it ends, with the reason', async () => {
  const [left, slow, failed] = [open(), open(2), open()];
  await left.events.return?.();
  await left.events.return?.();
  for (const item of ['a', 'b', 'c']) slow.queue.push(item);
  await expect(slow.events.next()).rejects.toThrow('2 events are waiting');
  await slow.events.return?.();
  failed.queue.fail(new Error('nobody can tell'));
  await expect(failed.events.next()).rejects.toThrow('nobody can tell');
  const valueOf = await scraped();
  expect(valueOf('live_stream_starts_total')).toBe(3);
  for (const because of ['left', 'slow', 'failed'])
    expect(valueOf(`live_stream_ends_total{because="${because}"}`)).toBe(1);
});

test('what waits is counted until it is taken, or its stream ends', async () => {
  const [read, ended, failed] = [open(), open(), open()];
  const waiting = async () => (await scraped())('live_queued_events');
  for (const { queue } of [read, ended, failed]) for (const item of ['a', 'b']) queue.push(item);
  expect(await waiting()).toBe(6);
  await read.events.next();
  expect(await waiting()).toBe(5);
  await ended.events.return?.();
  failed.queue.fail(new Error('over'));
  expect(await waiting()).toBe(1);
  await read.events.next();
  // Taken at once, it never waits.
  const next = read.events.next();
  read.queue.push('c');
  await next;
  expect(await waiting()).toBe(0);
});

test('how late an event is told is measured from when it could be', async () => {
  const { events, queue } = open();
  queue.push('a', performance.now() - 2_000);
  await events.next();
  const valueOf = await scraped();
  expect(valueOf('live_event_wait_seconds_bucket{le="1"}')).toBe(0);
  expect(valueOf('live_event_wait_seconds_bucket{le="5"}')).toBe(1);
  expect(valueOf('live_events_total{type="a"}')).toBe(1);
});
