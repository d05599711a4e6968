import { encodeId } from '@murmuration/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, actorOf, enter, password } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';

const phone = { clientAddress: '203.0.113.7', clientAgent: 'MurmurationApp/3.1' };
const laptop = {
  clientAddress: '2001:db8:1:2::3',
  clientAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};
const handles = 'abcdefghjkmn';
let people = 0;
let platform: Platform;
let alice: Actor;
let stranger: Actor;

beforeAll(async () => {
  platform = await createPlatform();
  stranger = await enter(platform, 'mallory');
});
afterAll(() => platform.close());
beforeEach(async () => {
  alice = await enter(platform, `alice_${handles[people++]}`);
});

type From = NonNullable<Parameters<Platform['run']>[3]>;
type Payload = {
  session?: object | null;
  endedSessionCount?: number | null;
  errors: { code: string; path: string[] | null }[];
};
interface Edge {
  cursor: string;
  node: Record<string, unknown>;
}

async function logIn(from: From, deviceName?: string): Promise<Actor> {
  const { data } = await platform.run(
    `mutation ($input: LogInInput!) { logIn(input: $input) { user { id handle } accessToken refreshToken errors { code } } }`,
    { input: { handleOrEmail: alice.handle, password, deviceName } },
    undefined,
    from,
  );
  return actorOf(platform, data?.['logIn'] as Parameters<typeof actorOf>[1]);
}

async function mutate(who: Actor, name: string, input: object): Promise<Payload> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const fields = name === 'renameSession' ? 'session { deviceName }' : 'endedSessionCount';
  const query = `mutation ($input: ${type}) { done: ${name}(input: $input) { ${fields} errors { code path } } }`;
  const { data, errors } = await who.run(query, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data['done'] as Payload;
}

async function sessionsOf(who: Actor, page = 'first: 10'): Promise<Edge[]> {
  const { data } = await who.run(`{ viewer { sessions(${page}) {
    edges { cursor node { id deviceName client network isCurrent createdAt lastUsedAt expiresAt } } } } }`);
  return (data as { viewer: { sessions: { edges: Edge[] } } }).viewer.sessions.edges;
}

const sessionOf = (actor: Actor) => actor.refreshToken.split('.')[0] ?? '';
const isLive = async (actor: Actor) =>
  (await sessionsOf(actor)).some(({ node }) => node['id'] === sessionOf(actor));
const refused = (code: string, field: 'session' | 'endedSessionCount' = 'endedSessionCount') => ({
  [field]: null,
  errors: [{ code, path: ['sessionId'] }],
});

describe('the list of sessions', () => {
  it('says of each what it is, when and in which network it was, and never the address', async () => {
    const onPhone = await logIn(phone, 'My telephone');
    const onLaptop = await logIn(laptop);
    const found = (await sessionsOf(onPhone)).map(({ node }) => node);
    expect(found).toMatchObject([
      { id: sessionOf(onLaptop), deviceName: null, client: 'Firefox on Linux', network: '2001:db8:1::/48' },
      { deviceName: 'My telephone', client: 'MurmurationApp', network: '203.0.113.0/24', isCurrent: true },
      { id: sessionOf(alice), client: null, network: null, isCurrent: false },
    ]);
    expect(found[0]).toMatchObject({ isCurrent: false, createdAt: expect.any(String) });
    const rows = await platform.database.$queryRaw<{ text: string }[]>`SELECT s::text AS text FROM session s`;
    const kept = rows.map(({ text }) => text).join();
    for (const secret of ['203.0.113.7', '2001:db8:1:2', 'Gecko']) expect(kept).not.toContain(secret);
  });

  it('follows a session to where it is used next', async () => {
    const travelling = await logIn(phone);
    await platform.database.$executeRaw`UPDATE session SET rotated_at = rotated_at - interval '1 hour'`;
    const [before] = await sessionsOf(travelling);
    const refresh = `mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { accessToken } }`;
    await platform.run(refresh, { t: travelling.refreshToken }, undefined, {
      ...phone,
      clientAddress: '198.51.100.9',
    });
    const [after] = await sessionsOf(travelling);
    expect(after?.node).toMatchObject({ network: '198.51.100.0/24', client: 'MurmurationApp' });
    expect(Date.parse(String(after?.node['lastUsedAt']))).toBeGreaterThan(
      Date.parse(String(before?.node['lastUsedAt'])),
    );
  });

  it('is paged, costs one statement whatever its size, and leaves out what ended', async () => {
    for (let each = 0; each < 3; each++) await logIn(phone, `phone ${each}`);
    const all = await sessionsOf(alice);
    platform.statements.length = 0;
    const first = await sessionsOf(alice, 'first: 2');
    expect(platform.statements.filter((sql) => sql.includes('FROM session'))).toHaveLength(1);
    const second = await sessionsOf(alice, `first: 2, after: "${first[1]?.cursor}"`);
    expect([...first, ...second]).toEqual(all);
    expect(await sessionsOf(alice, `last: 2, before: "${second[1]?.cursor}"`)).toEqual(all.slice(1, 3));
    await platform.database.$executeRaw`UPDATE session SET expires_at = now() WHERE device_name = 'phone 1'`;
    expect((await sessionsOf(alice)).map(({ node }) => node['deviceName'])).toEqual([
      'phone 2',
      'phone 0',
      null,
    ]);
  });

  it('is for its owner alone', async () => {
    const query = '{ viewer { sessions(first: 5) { edges { node { id } } } } }';
    expect((await platform.run(query)).data).toEqual({ viewer: null });
    expect((await sessionsOf(stranger)).map(({ node }) => node['id'])).toEqual([sessionOf(stranger)]);
  });
});

describe('the name of a device', () => {
  it('is given, given again and taken away', async () => {
    const sessionId = sessionOf(alice);
    for (const deviceName of ['Grandma’s', 'Grandma’s', null]) {
      const done = { session: { deviceName }, errors: [] };
      expect(await mutate(alice, 'renameSession', { sessionId, deviceName })).toEqual(done);
    }
  });

  it('is refused where it cannot be one, at sign-in too, and changes nothing', async () => {
    const sessionId = sessionOf(alice);
    for (const deviceName of ['', 'x'.repeat(65), 'two\nlines', '\u200B']) {
      const { errors } = await mutate(alice, 'renameSession', { sessionId, deviceName });
      expect(errors).toEqual([{ code: 'INVALID_VALUE', path: ['deviceName'] }]);
      const { data } = await platform.run(
        `mutation ($input: LogInInput!) { logIn(input: $input) { accessToken errors { path } } }`,
        { input: { handleOrEmail: alice.handle, password, deviceName } },
      );
      expect(data?.['logIn']).toEqual({ accessToken: null, errors: [{ path: ['deviceName'] }] });
    }
    expect(await sessionsOf(alice)).toMatchObject([{ node: { deviceName: null } }]);
  });

  it('is nobody else’s to give', async () => {
    const rename = (who: Actor, sessionId: string) =>
      mutate(who, 'renameSession', { sessionId, deviceName: 'mine' });
    expect(await rename(stranger, sessionOf(alice))).toEqual(refused('NOT_FOUND', 'session'));
    expect(await rename(alice, encodeId('Session', 1n))).toEqual(refused('NOT_FOUND', 'session'));
    expect(await rename(alice, alice.id)).toEqual(refused('INVALID_VALUE', 'session'));
    expect(await sessionsOf(alice)).toMatchObject([{ node: { deviceName: null } }]);
  });
});

describe('ending a session', () => {
  it('ends one, on whichever device, and says so when it is asked again', async () => {
    const lost = await logIn(phone);
    const end = () => mutate(alice, 'endSession', { sessionId: sessionOf(lost) });
    const answers = await Promise.all([end(), end()]);
    expect(answers.map(({ endedSessionCount }) => endedSessionCount).toSorted()).toEqual([0, 1]);
    expect(await end()).toEqual({ endedSessionCount: 0, errors: [] });
    expect([await isLive(lost), await isLive(alice)]).toEqual([false, true]);
    expect(await platform.services.sessions.listRevoked()).toContain(sessionOf(lost));
    const [event] = await platform.database.$queryRaw<{ payload: object }[]>`
      SELECT payload FROM outbox WHERE type = 'session.ended' AND payload->>'userId' = ${String(userIdOf(alice.id))}`;
    expect(event).toBeDefined();
  });

  it('is nobody else’s to do', async () => {
    const end = (who: Actor, sessionId: string) => mutate(who, 'endSession', { sessionId });
    expect(await end(stranger, sessionOf(alice))).toEqual(refused('NOT_FOUND'));
    expect(await end(alice, encodeId('Session', 1n))).toEqual(refused('NOT_FOUND'));
    expect(await end(alice, 'nonsense')).toEqual(refused('INVALID_VALUE'));
    expect(await isLive(alice)).toBe(true);
    const { errors } = await platform.run(
      'mutation { endSession(input: { sessionId: "x" }) { endedSessionCount } }',
    );
    expect(errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  });

  it('of all others leaves the one that asks, and asked again ends none', async () => {
    const others = await Promise.all([logIn(phone), logIn(laptop)]);
    const end = async (who?: Actor) => {
      const query = 'mutation { endOtherSessions { endedSessionCount errors { code } } }';
      return who ? who.run(query) : platform.run(query);
    };
    const done = (endedSessionCount: number) => ({
      data: { endOtherSessions: { endedSessionCount, errors: [] } },
    });
    expect(await end(alice)).toEqual(done(2));
    expect(await end(alice)).toEqual(done(0));
    expect(await Promise.all([alice, ...others].map(isLive))).toEqual([true, false, false]);
    expect((await end()).errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    expect(await isLive(stranger)).toBe(true);
  });
});
