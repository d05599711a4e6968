import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthorSights } from '@murmuration/relationships';
import type { InternalClient } from '@murmuration/service-kit';
import { createQueue } from '@murmuration/service-kit/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { timelineLimits } from '../src/limits.ts';
import { createHub } from '../src/live/hub.ts';
import type { LiveEvent } from '../src/live/live-event.ts';
import { readLogHead } from '../src/log/head.ts';
import { readLog } from '../src/log/log-event.ts';
import { createLook } from '../src/live/look.ts';
import { createReplay } from '../src/live/replayer.ts';
import { createRouter, type Router } from '../src/live/router.ts';
import { answerFor, openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let home: TestHome;
let alice: bigint;
let bob: bigint;
let carol: bigint;
let dave: bigint;

beforeAll(async () => {
  town = createTown(4);
  [alice = 0n, bob = 0n, carol = 0n, dave = 0n] = town.people;
  home = await openHome(town);
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  for (const [who, whom] of [
    [alice, bob],
    [carol, bob],
    [carol, dave],
  ] as const)
    await home.apply(town.follow(who, whom));
});
afterAll(() => home.close());

function openHub(route: (inner: Router) => Router, call: InternalClient['call'] = answerFor(town)) {
  const { logger, visible, pool: sql, redis, relationships } = home;
  const sights = createAuthorSights({ redis, user: { call } });
  return readLogHead(sql).then((start) => {
    const replay = createReplay({
      sql,
      visible,
      look: createLook({ relationships, sign: async () => undefined }),
    });
    const hub = createHub({
      sql,
      start,
      logger,
      replay,
      route: route(createRouter({ sql, sights, sign: async () => undefined })),
    });
    const streams: (() => void)[] = [];
    return {
      hub,
      /** Collects the places of what a viewer is told, once the hub and not the log tells it. */
      async listen(viewer: bigint) {
        const queue = createQueue<LiveEvent>(100);
        const told: LiveEvent[] = [];
        const taking = (async () => {
          for (let next = await queue.take(); next; next = await queue.take()) told.push(next.item);
        })();
        const close = hub.open(viewer, hub.position().seq, queue);
        streams.push(() => {
          close();
          queue.end();
        });
        await expect.poll(hub.liveCount).toBe(hub.count());
        return { seqs: () => told.map(({ seq }) => seq), told, taking };
      },
      /** What happened since, as the tail tells it. */
      async follow(changes: Parameters<TestHome['apply']>[0]): Promise<bigint[]> {
        await home.apply(changes);
        const events = await readLog(sql, hub.position().seq, 100);
        await hub.onEvents(events);
        return events.map(({ seq }) => seq);
      },
      close() {
        for (const end of streams) end();
        hub.stop();
        expect(hub.count()).toBe(0);
      },
    };
  });
}

test('an event that cannot be routed is looked at again, in its place', async () => {
  let failures = 0;
  const { listen, follow, close } = await openHub((inner) => async (...asked) => {
    if (asked[0].seq % 3n !== 0n || failures++ % 3 === 2) return inner(...asked);
    throw new Error('the database is away');
  });
  const stream = await listen(alice);
  const seqs: bigint[] = [];
  for (let count = 0; count < 12; count++) seqs.push(...(await follow(town.post(bob))));
  await expect.poll(stream.seqs).toEqual(seqs);
  expect(failures).toBeGreaterThan(2);
  close();
});

test('while nobody can tell who may see what, nobody is told anything; afterwards all is told in order', async () => {
  const answer = answerFor(town);
  const user = { isAway: false, calls: 0 };
  const { listen, follow, close } = await openHub(
    (inner) => inner,
    async (request) => {
      user.calls++;
      if (user.isAway) throw new Error('away');
      return answer(request);
    },
  );
  const streams = [await listen(alice), await listen(alice), await listen(carol)];
  const seqs = await follow(town.post(bob));
  await expect.poll(() => streams.map(({ seqs: told }) => told())).toEqual([seqs, seqs, seqs]);
  user.isAway = true;
  for (let count = 0; count < 5; count++) seqs.push(...(await follow(town.post(bob))));
  seqs.push(...(await follow(town.remove(town.posts().at(-1)?.id ?? 0n))));
  const before = user.calls;
  await expect.poll(() => user.calls - before).toBeGreaterThan(2);
  expect(streams.map(({ told }) => told.length)).toEqual([1, 1, 1]);
  user.isAway = false;
  await expect.poll(() => streams.map(({ seqs: told }) => told())).toEqual([seqs, seqs, seqs]);
  expect(
    JSON.stringify(
      streams.flatMap(({ told }) => told),
      text,
    ),
  ).not.toContain('unknown');
  close();
});

test('a block made while an event waited for those before it is not told', async () => {
  const gate = Promise.withResolvers<void>();
  const { listen, follow, close } = await openHub((inner) => async (...asked) => {
    if (asked[0].authorId === dave) await gate.promise;
    return inner(...asked);
  });
  const stream = await listen(carol);
  const seqs = await follow(town.post(dave));
  await follow(town.post(bob));
  await sleep(2 * timelineLimits.liveFreshMs);
  const block = town.block(bob, carol);
  gate.resolve();
  seqs.push(...(await follow(town.post(dave))));
  await expect.poll(stream.seqs).toEqual(seqs);
  await home.apply([...block, ...town.block(bob, carol, false)]);
  await home.apply(town.follow(carol, bob));
  close();
});

test('an event of an author who takes long does not delay another’s', async () => {
  const gate = Promise.withResolvers<void>();
  const { listen, follow, close } = await openHub((inner) => async (...asked) => {
    if (asked[0].authorId === dave) await gate.promise;
    return inner(...asked);
  });
  const [a, c] = [await listen(alice), await listen(carol)];
  const late = await follow(town.post(dave));
  const seqs = await follow(town.post(bob));
  await expect.poll(a.seqs).toEqual(seqs);
  // Carol follows both, and her stream keeps its order.
  expect(c.seqs()).toEqual([]);
  gate.resolve();
  await expect.poll(c.seqs).toEqual([...late, ...seqs]);
  close();
});

const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
