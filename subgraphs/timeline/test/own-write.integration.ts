import { randomBytes } from 'node:crypto';
import { createPositionTeller, readPosition } from '@murmuration/events';
import { idAt } from '@murmuration/ids';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
// By path: only the feed itself makes the cursors of its consumers.
import { encodePosition } from '../../../packages/events/src/feed/cursor.ts';
import { timelineLimits } from '../src/limits.ts';
import { type Publisher, startPublisher } from '../src/live/publisher.ts';
import { startServices } from '../src/services.ts';
import { answerFor, openHome, type TestHome } from './support/home.ts';
import { pushOptions } from './support/push.ts';
import { createTown } from './support/town.ts';
import { homeOf } from '../src/belonging/source.ts';

const key = { id: 'k', secret: randomBytes(32) };
const never = 60_000;
const town = createTown(2);
const [alice = 0n, bob = 0n] = town.people;
let home: TestHome;
let publisher: Publisher;
let services: Awaited<ReturnType<typeof startServices>>;

beforeAll(async () => {
  home = await openHome(town);
  const { logger, pool, reads, redis } = home;
  publisher = startPublisher({ sql: pool, redis, logger, isLeading: () => true });
  services = await startServices({
    pool,
    reads,
    redis,
    logger,
    keys: [key],
    user: { call: answerFor(town) },
    push: pushOptions(),
    // Only a message of the firehose ends a wait.
    limits: { ...timelineLimits, positionWaitMs: never, positionPollMs: never },
  });
  await home.apply([...town.people.flatMap((person) => town.setAccount(person, {})), ...town.post(bob)]);
});
afterAll(async () => {
  await publisher.stop();
  await services.stop();
  await home.close();
});

/** Who brings a position, and what they are told beside data. */
function readerAt(position: string | null) {
  return { position, extensions: {} as Record<string, unknown> };
}

/** What a mutation answers that wrote now. */
function positionIn(feed: 'user' | 'post', xid: number): string {
  const context = readerAt(null);
  createPositionTeller(feed, [key])(context, `here ${xid} ${idAt(Date.now())}`);
  return String(context.extensions['position']);
}

/** Ingest of the changes, as its consumer does it, and the message after the commit. */
async function ingest(changes: Parameters<TestHome['apply']>[0], position: string): Promise<void> {
  for (const [feed, place] of readPosition([key], position).places) {
    await home.apply(changes);
    await home.pool.query(
      `INSERT INTO consumer (feed, cursor) VALUES ($1, $2) ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor`,
      [feed, encodePosition(place)],
    );
  }
  publisher.poke();
}

async function idsAfter(changes: Parameters<TestHome['apply']>[0], position: string): Promise<bigint[]> {
  await services.timelines.page(homeOf(alice), { first: 5 }, readerAt(null)); // so that a list is cached
  const onSettled = vi.fn();
  const reader = readerAt(position);
  const reading = services.timelines.page(homeOf(alice), { first: 5 }, reader).finally(onSettled);
  await home.pool.query('SELECT pg_sleep(0.05)');
  expect(onSettled).not.toHaveBeenCalled();
  await ingest(changes, position);
  const { edges } = await reading;
  expect(reader.extensions).toEqual({});
  return edges.map(({ entry }) => entry.id);
}

test('a follow and a post are in the home of whoever brings their position, though a list was cached', async () => {
  const bobs = town.posts().map(({ id }) => id);
  expect(await idsAfter(town.follow(alice, bob), positionIn('user', 1))).toEqual(bobs);
  const post = town.post(alice);
  const own = town.posts().at(-1)?.id;
  expect(await idsAfter(post, positionIn('post', 1))).toEqual([own, ...bobs]);
  expect(await idsAfter(town.unfollow(alice, bob), positionIn('user', 2))).toEqual([own]);
});
