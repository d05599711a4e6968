import { randomBytes } from 'node:crypto';
import { type Queue, liveStreams, liveStreamLimits } from '@murmuration/service-kit/subgraph';
import { expect, test } from 'vitest';
import { createLiveCursors } from './cursor.ts';
import { createResumableStreams, type ResetEvent } from './resumable-streams.ts';

type Event = { type: 'Said'; seq: bigint } | ResetEvent;

const cursors = createLiveCursors([{ id: 'test', secret: randomBytes(32) }]);
const limits = { ...liveStreamLimits, liveFreshMs: 0, liveRetryMs: 1 };

function open(changed: Partial<Parameters<typeof createResumableStreams<Event>>[0]> = {}) {
  const opened: Queue<Event>[] = [];
  const streams = createResumableStreams<Event>({
    cursorsOf: () => cursors,
    viewerOf: (viewerId) => viewerId,
    readHead: async () => ({ incarnation: '0'.repeat(8), seq: 7n }),
    canReplay: async () => true,
    open: (_viewerId, _from, queue) => {
      opened.push(queue);
      return () => undefined;
    },
    shows: ({ type }) => type === 'Said',
    lookAgain: async (_viewerId, event) => event,
    limits,
    ...changed,
  });
  return { streams, opened };
}

const openCount = async () => (await liveStreams.get()).values[0]?.value;

test('a stream is counted from when it is told until it ends, once, and never one that ended before', async () => {
  const { opened, streams } = open();
  const [one, other] = [streams(1n, null), streams(1n, null)];
  expect(await openCount()).toBe(0);
  await expect.poll(() => opened.length).toBe(2);
  expect(await openCount()).toBe(2);
  for (let times = 0; times < 2; times++) await one.return?.();
  expect(await openCount()).toBe(1);
  await other.return?.();
  await streams(1n, null).return?.();
  await expect.poll(openCount).toBe(0);
});

test('what waited is told as it is by then, nothing of what is nothing any more, and the rest as it was', async () => {
  let isAway = true;
  const lookAgain = async (_viewerId: bigint, event: Event): Promise<Event | null> => {
    if (isAway) {
      isAway = false;
      throw new Error('nobody can tell');
    }
    return event.seq === 8n ? null : { ...event, seq: event.seq + 10n };
  };
  const { opened, streams } = open({ lookAgain });
  const stream = streams(1n, cursors.encode({ incarnation: '1'.repeat(8), seq: 3n, viewerId: 1n }));
  await expect.poll(() => opened.length).toBe(1);
  for (const seq of [8n, 9n]) opened[0]?.push({ type: 'Said', seq });
  const told = [await stream.next(), await stream.next()].map(({ value }) => value);
  expect(told).toMatchObject([
    { type: 'Reset', reason: 'REBUILT', seq: 7n },
    { type: 'Said', seq: 19n },
  ]);
  await stream.return?.();
});
