import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createDeliveries, type Delivery, type Recipient } from './deliveries.ts';
import { liveStreamLimits } from './limits.ts';

const patient = { ...liveStreamLimits, liveFreshMs: 60_000, liveRetryMs: 1, liveMostRetryMs: 1 };

interface Reader extends Recipient<string> {
  told: string[];
  failed: Error | undefined;
}

function readerOf(viewerId: bigint): Reader {
  const reader: Reader = {
    viewerId,
    onTheirWay: [],
    told: [],
    failed: undefined,
    queue: {
      push: (item) => void reader.told.push(item),
      fail: (error) => (reader.failed = error),
    },
  };
  return reader;
}

/** An event about which the test answers. */
function eventOf(turnOf: bigint) {
  const asked: bigint[][] = [];
  const answers: ((told: Map<bigint, string | Error>) => void)[] = [];
  const delivery: Delivery<string> = {
    turnOf,
    ask(viewerIds) {
      asked.push([...viewerIds]);
      return new Promise((resolve) => answers.push(resolve));
    },
  };
  return {
    delivery,
    asked,
    async answer(told: [bigint, string | Error][]) {
      while (answers.length === 0) await turn();
      answers.shift()?.(new Map(told));
      await turn();
    },
    async isAsked(times: number) {
      while (asked.length < times) await turn();
    },
  };
}

test('each stream is told in order, though later events are answered for earlier', async () => {
  const deliveries = createDeliveries<string>({ limits: patient, shows: () => true });
  const [one, two] = [readerOf(1n), readerOf(2n)];
  const [first, second] = [eventOf(10n), eventOf(20n)];
  deliveries.send(first.delivery, [one, two]);
  deliveries.send(second.delivery, [one]);
  await second.answer([[1n, 'second']]);
  expect(one.told).toEqual([]);
  await first.answer([[1n, 'first']]);
  expect(one.told).toEqual(['first', 'second']);
  expect(two.told).toEqual([]);
  expect([one.onTheirWay, two.onTheirWay]).toEqual([[], []]);
});

test('a viewer is asked about once, with however many streams, and all of these are told', async () => {
  const deliveries = createDeliveries<string>({ limits: patient, shows: () => true });
  const mine = [readerOf(1n), readerOf(1n), readerOf(1n)];
  const event = eventOf(10n);
  deliveries.send(event.delivery, mine);
  await event.isAsked(1);
  const [left] = mine;
  if (left) deliveries.withdraw(left);
  await event.answer([[1n, 'it']]);
  expect(event.asked).toEqual([[1n]]);
  expect(mine.map(({ told }) => told)).toEqual([[], ['it'], ['it']]);
});

test('only those nobody could tell of are asked about again, and cut when nobody can for too long', async () => {
  const limits = { ...patient, liveMaxWaitMs: 0 };
  const deliveries = createDeliveries<string>({ limits, shows: () => true });
  const [one, two, gone] = [readerOf(1n), readerOf(2n), readerOf(2n)];
  const event = eventOf(10n);
  deliveries.send(event.delivery, [one, two, gone]);
  await event.isAsked(1);
  deliveries.withdraw(gone);
  await event.answer([
    [1n, 'it'],
    [2n, new Error('away')],
  ]);
  await turn();
  expect(one.told).toEqual(['it']);
  expect(one.failed).toBeUndefined();
  expect(two.failed?.message).toBe('away');
  expect(two.onTheirWay).toEqual([]);
  expect(gone.failed).toBeUndefined();
});

test('what waited behind something else for too long is asked about again, also while others are', async () => {
  const limits = { ...patient, liveFreshMs: -1 };
  let isStale = true;
  const deliveries = createDeliveries<string>({
    limits,
    shows: () => isStale,
  });
  const [one, two] = [readerOf(1n), readerOf(2n)];
  const event = eventOf(10n);
  deliveries.send(event.delivery, [one, two]);
  await event.answer([
    [1n, 'of before'],
    [2n, new Error('not yet')],
  ]);
  await event.isAsked(2);
  expect(one.told).toEqual([]);
  isStale = false;
  await event.answer([
    [2n, 'now'],
    [1n, 'now'],
  ]);
  while (one.told.length === 0) await event.answer([[1n, 'now']]);
  expect([one.told, two.told]).toEqual([['now'], ['now']]);
  expect(event.asked[0]).toEqual([1n, 2n]);
});

test('there is no room while too many pairs are on their way; who leaves makes some', async () => {
  const deliveries = createDeliveries<string>({ limits: { ...patient, livePairs: 2 }, shows: () => true });
  const readers = [readerOf(1n), readerOf(2n)];
  deliveries.send(eventOf(10n).delivery, readers);
  let hasRoom = false;
  const room = (async () => {
    await deliveries.room();
    hasRoom = true;
  })();
  await turn();
  expect(hasRoom).toBe(false);
  const [first] = readers;
  if (first) deliveries.withdraw(first);
  await room;
});
