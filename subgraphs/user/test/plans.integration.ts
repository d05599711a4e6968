import { idAt } from '@murmuration/ids';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlatform, type Platform } from './support/platform.ts';

/** Enough that sorting them all is not what the planner does by chance. */
const fans = 5_000;
let platform: Platform;

beforeAll(async () => {
  platform = await createPlatform();
  const idOf = (place: number) => idAt(Date.UTC(2026, 0, 1) + (place >> 9)) + BigInt(place & 511);
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
      follow(place + 1, 0, 2 * place),
      follow(place + 1, ((place + 7) % fans) + 1, 2 * place + 1),
    ]).flat(),
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
    const rows = await platform.database.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN (GENERIC_PLAN) ${page}`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']);
    const limit = plan.findIndex((line) => line.includes('Limit'));
    expect(plan[limit + 1]).not.toContain('Sort');
    expect(plan.join('\n')).toContain('using follow_followee_idx on follow l');
  },
);
