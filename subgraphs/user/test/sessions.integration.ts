import { revocationChannel } from '@murmuration/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, actorOf, enter, password } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf, nobody } from './support/platform.ts';

let platform: Platform;
let alice: Actor;
let people = 0;

beforeAll(async () => {
  platform = await createPlatform();
});
afterAll(() => platform.close());

beforeEach(async () => {
  alice = await enter(platform, `alice_${'abcdefghjkmnpqrstuvwxyz'[people++]}`);
});

interface Refreshed {
  user: { id: string } | null;
  accessToken: string | null;
  refreshToken: string | null;
  errors: { __typename: string; message: string }[];
}

async function refresh(refreshToken: string): Promise<Refreshed> {
  const { data } = await platform.run(
    `mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) {
      user { id handle } accessToken refreshToken errors { __typename message } } }`,
    { t: refreshToken },
  );
  return data?.['refreshSession'] as Refreshed;
}

/** The refresh token that came instead of the given one. */
async function successorOf(token: string): Promise<string> {
  const { refreshToken, errors } = await refresh(token);
  if (refreshToken === null) throw new Error(JSON.stringify(errors));
  return refreshToken;
}

const kindOf = async (token: string) => (await refresh(token)).errors.map((error) => error.__typename);

/** As if the last rotation had been longer ago than the grace. */
const letGracePass = () =>
  platform.database.$executeRaw`UPDATE session SET rotated_at = rotated_at - interval '31 seconds'`;

describe('a refresh token', () => {
  it('is good once for a new pair', async () => {
    const second = await refresh(alice.refreshToken);
    expect(second).toMatchObject({ user: { id: alice.id }, accessToken: expect.any(String), errors: [] });
    expect(second.refreshToken).not.toBe(alice.refreshToken);
    expect(await kindOf(second.refreshToken ?? '')).toEqual([]);
  });

  it('gives the same successor again when the answer was lost', async () => {
    const successor = await successorOf(alice.refreshToken);
    expect(await successorOf(alice.refreshToken)).toBe(successor);
    expect(await kindOf(successor)).toEqual([]);
  });

  it('gives two at once the same successor', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => successorOf(alice.refreshToken)));
    expect(new Set(tokens).size).toBe(1);
    expect(await kindOf(tokens[0] ?? '')).toEqual([]);
  });

  it('ends the session when it comes again later', async () => {
    const successor = await successorOf(alice.refreshToken);
    await letGracePass();
    expect(await kindOf(alice.refreshToken)).toEqual(['NotAllowed']);
    expect(await kindOf(successor)).toEqual(['NotAllowed']);
    expect(await platform.services.sessions.listRevoked()).toContain(alice.refreshToken.split('.')[0]);
  });

  it('ends the session when it comes again after its successor was used', async () => {
    const successor = await successorOf(alice.refreshToken);
    const newest = await successorOf(successor);
    expect(await kindOf(alice.refreshToken)).toEqual(['NotAllowed']);
    expect(await kindOf(newest)).toEqual(['NotAllowed']);
  });

  it('is refused when forged, malformed or for another session', async () => {
    const other = await enter(platform, 'somebody_else');
    const [session, number, mac] = alice.refreshToken.split('.');
    const otherSession = other.refreshToken.split('.')[0];
    const bad = ['', 'nothing', `${session}.2.${mac}`, `${otherSession}.${number}.${mac}`, `${session}.1.`];
    for (const token of bad) expect(await kindOf(token)).toEqual(['ValidationError']);
    expect(await kindOf('x'.repeat(100_000))).toEqual(['ValidationError']);
    expect(await kindOf(alice.refreshToken)).toEqual([]);
  });

  it('is not kept by the database', async () => {
    const rows = await platform.database.$queryRaw<{ text: string }[]>`SELECT s::text AS text FROM session s`;
    const mac = alice.refreshToken.split('.')[2] ?? '';
    const stored = rows.map((row) => row.text).join();
    expect(stored).not.toContain(mac);
    expect(stored).not.toContain(Buffer.from(mac, 'base64url').toString('hex'));
  });

  it('ends with its session after thirty days', async () => {
    await platform.database.$executeRaw`UPDATE session SET expires_at = now()`;
    expect(await kindOf(alice.refreshToken)).toEqual(['NotAllowed']);
  });
});

describe('logging out', () => {
  it('ends this session only', async () => {
    const phone = await logIn(alice);
    const { data } = await alice.run('mutation { logOut { endedSessionCount errors { message } } }');
    expect(data).toEqual({ logOut: { endedSessionCount: 1, errors: [] } });
    expect(await kindOf(alice.refreshToken)).toEqual(['NotAllowed']);
    expect(await kindOf(phone.refreshToken)).toEqual([]);
    expect(await alice.run('mutation { logOut { endedSessionCount } }')).toEqual({
      data: { logOut: { endedSessionCount: 0 } },
    });
  });

  it('ends every session, and says so to gateways', async () => {
    const phone = await logIn(alice);
    const ids = [alice, phone].map((actor) => actor.refreshToken.split('.')[0]).sort();
    const subscriber = platform.redis.client.duplicate({ enableOfflineQueue: true });
    await subscriber.subscribe(revocationChannel);
    const heard = new Promise((resolve) =>
      subscriber.on('message', (_channel, message) => {
        const found = (JSON.parse(message) as string[]).sort();
        if (JSON.stringify(found) === JSON.stringify(ids)) resolve(undefined);
      }),
    );
    const { data } = await alice.run('mutation { logOutEverywhere { endedSessionCount } }');
    expect(data).toEqual({ logOutEverywhere: { endedSessionCount: 2 } });
    await heard;
    subscriber.disconnect();
    expect(await kindOf(phone.refreshToken)).toEqual(['NotAllowed']);
  });

  it('by the refresh token alone ends its session, and no other', async () => {
    const phone = await logIn(alice);
    const logOut = async (refreshToken: string) => {
      const { data } = await platform.run(
        `mutation ($input: LogOutInput) { logOut(input: $input) { endedSessionCount errors { __typename path } } }`,
        { input: { refreshToken } },
      );
      return data?.['logOut'];
    };
    const forged = `${alice.refreshToken.slice(0, -4)}AAAA`;
    for (const token of [forged, '', phone.refreshToken.split('.')[0] ?? '']) {
      expect(await logOut(token)).toEqual({
        endedSessionCount: null,
        errors: [{ __typename: 'ValidationError', path: ['refreshToken'] }],
      });
    }
    expect(await logOut(phone.refreshToken)).toEqual({ endedSessionCount: 1, errors: [] });
    expect(await logOut(phone.refreshToken)).toEqual({ endedSessionCount: 0, errors: [] });
    expect(await kindOf(phone.refreshToken)).toEqual(['NotAllowed']);
    expect(await kindOf(alice.refreshToken)).toEqual([]);
  });

  it('needs somebody who is signed in, and never ends a stranger’s session', async () => {
    const { errors } = await platform.run('mutation { logOut { endedSessionCount } }');
    expect(errors).toEqual([{ message: 'Sign in first.', code: 'UNAUTHENTICATED' }]);
    const session = alice.refreshToken.split('.')[0] ?? '';
    const stranger = await enter(platform, 'mallory');
    const posing = { kind: 'viewer', subject: stranger.id, session } as const;
    const { data } = await platform.run('mutation { logOut { endedSessionCount } }', {}, posing);
    expect(data).toEqual({ logOut: { endedSessionCount: 0 } });
    expect(await kindOf(alice.refreshToken)).toEqual([]);
  });
});

it('suspending ends all sessions and lets nobody in', async () => {
  const id = alice.id;
  await platform.services.suspension.set(userIdOf(id), true, nobody);
  expect(await kindOf(alice.refreshToken)).toEqual(['NotAllowed']);
  await expect(logIn(alice)).rejects.toThrow('NotAllowed');
  expect(await platform.run(`{ node(id: "${id}") { id } }`)).toEqual({ data: { node: null } });
  await platform.services.suspension.set(userIdOf(id), false, nobody);
  expect(await logIn(alice)).toMatchObject({ id });
});

it('suspending is made good by asking again, when whoever asked died after the commit', async () => {
  const id = userIdOf(alice.id);
  await platform.database
    .$executeRaw`UPDATE account SET suspended_at = now(), version = version + 1 WHERE id = ${id}`;
  expect(await platform.services.suspension.set(id, true, nobody)).toBe('as before');
  expect(await platform.services.sessions.listRevoked()).toContain(alice.refreshToken.split('.')[0]);
  expect(await platform.services.suspension.set(id, false, nobody)).toBe('changed');
  expect(await platform.services.suspension.set(userIdOf('usr_00000000001'), true, nobody)).toBe(
    'no such account',
  );
});

describe('the payload of a new session', () => {
  const payload = `user { viewerRelation { isFollowing } followers(first: 5) { edges { node { handle } } } }
    errors { message }`;

  it('is read as the person who signed in, whoever asked', async () => {
    const names = ['fan', 'foe'].map((name) => `${name}_${alice.handle.at(-1)}`);
    const [fan, foe] = (await Promise.all(names.map((name) => enter(platform, name)))) as [Actor, Actor];
    await fan.to('followUser', alice);
    await alice.run('mutation { updateProfile(input: { isPrivate: true }) { errors { message } } }');
    await alice.to('blockUser', foe);
    const seen = {
      user: {
        viewerRelation: null,
        followers: { edges: [{ node: { handle: fan.handle } }] },
      },
      errors: [],
    };
    const logIn = `mutation ($h: String!, $p: String!) { logIn(input: { handleOrEmail: $h, password: $p }) { ${payload} } }`;
    const given = { h: alice.handle, p: password };
    for (const identity of [undefined, foe.identity, fan.identity]) {
      expect((await platform.run(logIn, given, identity)).data).toEqual({ logIn: seen });
    }
    const refresh = `mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { ${payload} } }`;
    const refreshed = await platform.run(refresh, { t: alice.refreshToken }, foe.identity);
    expect(refreshed.data).toEqual({ refreshSession: seen });
  });

  it('lends nobody’s eyes to what is asked for beside it', async () => {
    const bystander = await enter(platform, `bystander_${alice.handle.at(-1)}`);
    const both = await bystander.run(
      `mutation ($h: String!, $p: String!) { logIn(input: { handleOrEmail: $h, password: $p }) { user { handle } }
        updateProfile(input: { bio: "mine" }) { user { handle } } }`,
      { h: alice.handle, p: password },
    );
    expect(both.data).toEqual({
      logIn: { user: { handle: alice.handle } },
      updateProfile: { user: { handle: bystander.handle } },
    });
  });
});

async function logIn(actor: Actor): Promise<Actor> {
  const { data } = await platform.run(
    `mutation ($h: String!, $p: String!) { logIn(input: { handleOrEmail: $h, password: $p }) {
      user { id handle } accessToken refreshToken errors { __typename } } }`,
    { h: actor.handle, p: password },
  );
  const session = data?.['logIn'] as Parameters<typeof actorOf>[1] & { errors: unknown[] };
  if (session.errors.length > 0) throw new Error(JSON.stringify(session.errors));
  return actorOf(platform, session);
}
