import { createRelationships } from '@murmuration/relationships';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthorSights } from '../src/live/author-sights.ts';
import { createHub } from '../src/live/hub.ts';
import type { LiveEvent } from '../src/live/live-event.ts';
import { readLog, readLogHead } from '../src/live/log-event.ts';
import { createQueue } from '../src/live/queue.ts';
import { createReplay } from '../src/live/replayer.ts';
import { createRouter } from '../src/live/router.ts';
import { answerFor, openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let home: TestHome;
let alice: bigint;
let bob: bigint;

beforeAll(async () => {
  town = createTown(2);
  [alice = 0n, bob = 0n] = town.people;
  home = await openHome(town);
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await home.apply(town.follow(alice, bob));
});
afterAll(() => home.close());

test('an event that cannot be routed comes from the log instead, in its place', async () => {
  const { logger, pipeline, pool: sql, redis } = home;
  const relationships = createRelationships({ redis, user: { call: answerFor(town) } });
  const sights = createAuthorSights({ redis, relationships });
  const route = createRouter({ sql, sights });
  let failures = 0;
  const start = await readLogHead(sql);
  const hub = createHub({
    sql,
    start,
    logger,
    replay: createReplay({ sql, pipeline, sights }),
    route: async (event, viewers) => {
      if (event.seq % 3n !== 0n) return route(event, viewers);
      failures++;
      throw new Error('the database is away');
    },
  });
  const queue = createQueue<LiveEvent>(100);
  const close = hub.open(alice, start.seq, queue);
  const told: bigint[] = [];
  const seqs: bigint[] = [];
  for (let count = 0; count < 12; count++) {
    await home.apply(town.post(bob));
    const events = await readLog(sql, hub.position().seq, 100);
    seqs.push(...events.map(({ seq }) => seq));
    await hub.onEvents(events);
    const next = await queue.take();
    if (next) told.push(next.item.seq);
  }
  expect(told).toEqual(seqs);
  expect(failures).toBeGreaterThan(2);
  close();
  expect(hub.count()).toBe(0);
});
