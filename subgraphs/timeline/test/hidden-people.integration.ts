import { randomBytes } from 'node:crypto';
import { relationBits } from '@murmuration/relationships';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { highest } from '../src/belonging/range.ts';
import { createHomeCursors } from '../src/belonging/edge.ts';
import { timelineConnection } from '../src/pages/connection.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';
import { homeOf } from '../src/belonging/source.ts';

const page = { limit: 10, direction: 'forward', after: null, before: null } as const;
let town: Town;
let home: TestHome;
let alice: bigint;
let loud: bigint;
let quiet: bigint;

beforeAll(async () => {
  town = createTown(3);
  [alice = 0n, loud = 0n, quiet = 0n] = town.people;
  home = await openHome(town, { limits: { pageRounds: 3 } });
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await home.apply([...town.follow(alice, loud), ...town.follow(alice, quiet)]);
  await home.apply(town.post(quiet));
  await home.apply(Array.from({ length: 3_000 }, () => town.post(loud)).flat());
  await home.fanOut();
});
afterAll(() => home.close());

/** How often step one was asked while something was read. */
async function roundsOf(read: () => Promise<unknown>): Promise<number> {
  const { query } = home.reads;
  let rounds = 0;
  home.reads.query = (statement) => {
    if (statement.name === 'home-state-newest') rounds++;
    return query(statement);
  };
  await read();
  home.reads.query = query;
  return rounds;
}

test('what is hidden from a projection that does not know it yet makes a page short, and the next one goes on', async () => {
  const known = town.relation;
  // `user` knows of the mute already, the projection does not.
  town.relation = (viewer, author) =>
    known(viewer, author) | (author === loud && viewer === alice ? relationBits.viewerMutes : 0);
  const found = await home.pipeline.page(homeOf(alice), page);
  expect(found.entries).toEqual([]);
  expect(await roundsOf(() => home.pipeline.page(homeOf(alice), page))).toBe(3);
  const cursors = createHomeCursors([{ secret: randomBytes(32) }]);
  const { pageInfo } = timelineConnection(cursors, homeOf(alice), found, page);
  expect(pageInfo).toMatchObject({ hasNextPage: true, endCursor: expect.any(String) });
  const reached = found.rest?.high ?? 0n;
  expect(cursors.decode('after', pageInfo.endCursor ?? '')).toBe(reached);
  const told = Buffer.from(pageInfo.endCursor ?? '', 'base64url').toString('latin1');
  expect(told).not.toContain(reached.toString(36));
  const all = await home.read(alice, 10);
  expect(all).toEqual(
    town
      .posts()
      .filter(({ authorId }) => authorId === quiet)
      .map(({ id }) => id),
  );
  town.relation = known;
});

test('who is muted is no candidate, in the tables, in the list and in what is pushed to it', async () => {
  await home.apply(town.mute(alice, loud));
  await home.fanOut();
  for (let read = 0; read < 2; read++) {
    expect(await roundsOf(() => home.pipeline.page(homeOf(alice), page))).toBe(1);
    expect(await home.read(alice, 10)).toEqual(await home.expected(alice));
  }
  await home.apply(town.post(loud));
  await home.fanOut();
  const list = await home.cache.read(alice, { low: 0n, high: highest, order: 'newest' }, 1_000);
  expect(list?.ids).toEqual(await home.expected(alice));
});
