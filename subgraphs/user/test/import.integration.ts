import { idAt } from '@murmuration/ids';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../src/accounts/passwords.ts';
import { createImportService, type ImportedFollow } from '../src/import/service.ts';
import { createPlatform, type Platform } from './support/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await createPlatform();
});
afterAll(() => platform.close());

const firstMs = Date.UTC(2026, 0, 1);

it('brings people and follows in as if they had come one by one', async () => {
  const imports = createImportService(platform.database, platform.addresses);
  const passwordHash = await hashPassword('murmuration');
  const people = ['ann', 'ben', 'cid'].map((handle, place) => ({
    id: idAt(firstMs) + BigInt(place),
    handle,
    email: `${handle}@example.org`,
    passwordHash,
    displayName: handle,
    bio: '',
    isPrivate: false,
  }));
  await imports.importAccounts(people);
  const follow = (follower: number, followee: number): ImportedFollow => ({
    id: idAt(firstMs + 1_000) + BigInt(10 * follower + followee),
    followerId: idAt(firstMs) + BigInt(follower),
    followeeId: idAt(firstMs) + BigInt(followee),
  });
  await imports.importFollows([follow(0, 1), follow(2, 1), follow(1, 0)]);
  await imports.importFollows([follow(0, 1)]);

  const { data } = await platform.run(`{ user(handle: "ben") { createdAt followerCount followingCount
    followers(first: 5) { edges { node { handle } } } } }`);
  expect(data).toEqual({
    user: {
      createdAt: new Date(firstMs).toISOString(),
      followerCount: 2,
      followingCount: 1,
      followers: { edges: [{ node: { handle: 'cid' } }, { node: { handle: 'ann' } }] },
    },
  });
  const events = await platform.database.$queryRaw`
    SELECT aggregatetype AS of, count(*)::int AS n FROM outbox GROUP BY 1 ORDER BY 1`;
  expect(events).toEqual([
    { of: 'account', n: 3 },
    { of: 'follow', n: 3 },
  ]);
  const logIn = `mutation { logIn(input: { handleOrEmail: "ann", password: "murmuration" }) { user { handle } } }`;
  expect((await platform.run(logIn)).data).toEqual({ logIn: { user: { handle: 'ann' } } });
});
