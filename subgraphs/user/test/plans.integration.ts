import { encodeId, idAt } from '@murmuration/ids';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countPrivateEvents } from '../src/profiles/update.ts';
import { createPlatform, type Platform } from './support/platform.ts';

/** Enough that sorting them all is not what the planner does by chance. */
const fans = 5_000;
const followsEach = 6;
let platform: Platform;

const idOf = (place: number) => idAt(Date.UTC(2026, 0, 1) + (place >> 9)) + BigInt(place & 511);

beforeAll(async () => {
  platform = await createPlatform();
  await platform.services.imports.importAccounts(
    Array.from({ length: fans + 1 }, (_, place) => {
      const handle = `p${[...String(place)].map((digit) => 'abcdefghjk'[Number(digit)]).join('')}zz`;
      return {
        id: idOf(place),
        handle,
        email: `${handle}@example.org`,
        passwordHash: '',
        displayName: handle,
        bio: '',
        isPrivate: false,
      };
    }),
  );
  const follow = (follower: number, followee: number, place: number) => ({
    id: idAt(Date.UTC(2026, 1, 1) + (place >> 9)) + BigInt(place & 511),
    followerId: idOf(follower),
    followeeId: idOf(followee),
  });
  await platform.services.imports.importFollows(
    Array.from({ length: fans }, (_, place) => [
      follow(place + 1, 0, followsEach * place),
      // An average person has a handful of followers, scattered over the table.
      ...Array.from({ length: followsEach - 1 }, (_, n) =>
        follow(place + 1, ((place * 7 + n * 131 + 1) % fans) + 1, followsEach * place + n + 1),
      ),
    ])
      .flat()
      .filter(({ followerId, followeeId }) => followerId !== followeeId),
  );
  await platform.database.$executeRaw`ANALYZE`;
});
afterAll(() => platform.close());

it.each(['first: 20', 'last: 20'])(
  'a page of a celebrity’s followers (%s) is read, not sorted',
  async (args) => {
    platform.statements.length = 0;
    const { data } = await platform.run(
      `{ user(handle: "pazz") { followers(${args}) { edges { cursor } } } }`,
    );
    expect(data).toMatchObject({ user: { followers: { edges: { length: 20 } } } });
    const page = platform.statements.find((sql) => sql.includes('CROSS JOIN LATERAL')) ?? '';
    // As a first page is asked for: owners, bounds, viewer, limit.
    const values = [[idOf(0)], [-1n], [(1n << 63n) - 1n], 0n, 21];
    const rows = await platform.database.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN ${page}`,
      ...values,
    );
    const plan = rows.map((row) => row['QUERY PLAN']);
    const limit = plan.findIndex((line) => line.includes('Limit'));
    expect(plan[limit + 1]).not.toContain('Sort');
    expect(plan.join('\n')).toContain('using follow_followee_idx on follow l');
  },
);

it('known followers are looked for from the smaller side, by indexes, and the other side is not run', async () => {
  const { database } = platform;
  const [celebrity, fan, keen] = [idOf(0), idOf(1), idOf(2)];
  // Somebody who follows very many, the celebrity's followers among them.
  await database.$executeRaw`
    INSERT INTO follow (follower_id, followee_id, state)
    SELECT ${keen}, id, 'active' FROM account WHERE id <> ${keen} ON CONFLICT DO NOTHING`;
  await database.$executeRaw`ANALYZE follow`;
  platform.statements.length = 0;
  await platform.run(
    '{ user(handle: "pazz") { knownFollowers(first: 20) { edges { cursor } } } }',
    {},
    { kind: 'viewer', subject: encodeId('User', keen), session: '' },
  );
  const page = platform.statements.find((sql) => sql.includes('mine_size')) ?? '';
  const planOf = async (viewer: bigint, owner: bigint) => {
    // As a first page is asked for: the viewer, the most followees, owners, bounds, the viewer, limit.
    const values = [viewer, 10_000, [owner], [-1n], [(1n << 63n) - 1n], viewer, 21];
    const rows = await database.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${page}`,
      ...values,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const byKey = /Scan using follow_pkey on follow \(actual rows=(\d+)/;
  const byFollowers = /Scan using follow_followee_idx on follow l_\d \(actual rows=(\d+)/;
  const [both, few, average] = [
    await planOf(keen, celebrity),
    await planOf(fan, celebrity),
    await planOf(keen, fan),
  ];
  for (const plan of [both, few, average]) {
    expect(plan).not.toMatch(/Seq Scan on (?:follow|account)\b/);
    expect(plan).toContain('never executed');
  }
  // A look for each of the viewer's followees, none for any other of the celebrity's followers.
  expect(both).toMatch(byKey);
  expect(both).not.toMatch(byFollowers);
  expect(few).toMatch(byKey);
  expect(few).not.toMatch(byFollowers);
  // And for each of the few followers of an average person, however many the viewer follows.
  expect(average).not.toMatch(byKey);
  expect(Number(byFollowers.exec(average)?.[1])).toBeLessThan(50);
  // Who exists is asked of a page.
  expect(
    Number(/Scan using account_pkey on account \(actual rows=[\d.]+ loops=(\d+)/.exec(both)?.[1]),
  ).toBeLessThan(50);
});

it('what is asked of an account that is private already is a look at the last events, not at all of them', async () => {
  platform.statements.length = 0;
  await countPrivateEvents(platform.database, idOf(1), 11_000);
  const sql = platform.statements.find((text) => text.includes('FROM outbox')) ?? '';
  const rows = await platform.database.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
    `EXPLAIN ${sql}`,
    11_000,
    idOf(1),
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/Index Cond: .*\(id >= id_at\(\(now\(\)/);
  // Partitions of other days are not looked at; those to come have no row yet that an index would be worth.
  expect(plan).toMatch(/Subplans Removed: \d\d/);
});
