import type { Standing } from '@murmuration/service-kit/rate-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, createCast, password } from './support/cast.ts';
import { createPlatform, type Platform, untilRedisIsUp } from './support/platform.ts';

describe.each([
  { where: 'in Redis', redisUrl: undefined },
  { where: 'in the process while Redis is away', redisUrl: 'redis://127.0.0.1:1' },
])('limits counted $where', ({ redisUrl }) => {
  let platform: Platform;
  let alice: Actor;
  let bob: Actor;
  let carol: Actor;
  beforeAll(async () => {
    platform = await createPlatform({
      relations: { followsPerDay: 1 },
      accounts: { signUpsPerAddress: 1 },
      ...(redisUrl && { redisUrl }),
    });
    if (!redisUrl) await untilRedisIsUp(platform.redis);
    ({ alice, bob, carol } = await createCast(platform));
  });
  afterAll(() => platform.close());

  const follow = `mutation ($id: ID!) { followUser(input: { userId: $id }) {
    errors { __typename code ... on RateLimited { retryAfter } } } }`;
  async function followed(whom: Actor) {
    const { data, extensions } = await alice.run(follow, { id: whom.id });
    const { errors } = (data ?? {})['followUser'] as { errors: unknown[] };
    return { errors, left: standings(extensions)?.['follows']?.left };
  }
  const standings = (extensions?: Record<string, unknown>) =>
    extensions?.['rateLimits'] as Record<string, Standing> | undefined;
  const refused = [{ __typename: 'RateLimited', code: 'RATE_LIMITED', retryAfter: expect.any(Number) }];

  it('are met by follows that are new, and by those alone', async () => {
    expect((await followed({ ...bob, id: 'usr_00000000009' })).errors).toHaveLength(1);
    expect(await followed(bob)).toEqual({ errors: [], left: 0 });
    expect((await followed(bob)).errors).toEqual([]);
    expect(await followed(carol)).toEqual({ errors: refused, left: 0 });
    expect(await alice.to('unfollowUser', bob)).toEqual([]);
    expect(await alice.to('blockUser', carol)).toEqual([]);
  });

  it('tell an address how it stands, and nobody how often an account was tried', async () => {
    const query = `mutation ($input: SignUpInput!) { signUp(input: $input) { errors { code } } }`;
    const input = { handle: 'dave', email: 'dave@example.org', password };
    const signUp = () => platform.run(query, { input }, undefined, { clientAddress: '192.0.2.9' });
    const first = await signUp();
    expect(standings(first.extensions)).toEqual({
      'sign-ups': { quota: 1, windowSeconds: 900, left: 0, resetSeconds: expect.any(Number) },
    });
    expect((await signUp()).data).toEqual({ signUp: { errors: [{ code: 'RATE_LIMITED' }] } });
    const guess = `mutation { logIn(input: { handleOrEmail: "bob", password: "a guess" }) { errors { code } } }`;
    const guessed = await platform.run(guess, {}, undefined, { clientAddress: '192.0.2.9' });
    expect(Object.keys(standings(guessed.extensions) ?? {})).toEqual(['log-ins']);
  });
});
