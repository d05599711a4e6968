import { createRedisProcess, type RedisProcess, runCommand, whileHeld } from '@murmuration/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, actorOf, enter, password } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';

const cli = new URL('../src/cli.ts', import.meta.url);
let redis: RedisProcess;
let platform: Platform;
let ada: Actor;
let mod: Actor;
let ann: Actor;
let people = 0;
const handles = 'abcdefghjkmnpqrstuvwxyz';

beforeAll(async () => {
  redis = await createRedisProcess();
  platform = await createPlatform({ redisUrl: redis.url, relationLeaseMs: 1 });
  await Promise.all(['ada', 'mod'].map((handle) => enter(platform, handle)));
  expect(await grant('@Ada', 'admin')).toEqual({ code: 0, said: '@Ada is of the role admin.\n' });
  expect(await grant('mod', 'moderator')).toMatchObject({ code: 0 });
  [ada, mod] = [await logIn('ada'), await logIn('mod')];
});
afterAll(async () => {
  await platform.close();
  await redis.close();
});
beforeEach(async () => {
  ann = await enter(platform, `ann_${handles[people++]}`);
});

/** The command, which knows no key of the service. */
async function grant(...args: string[]): Promise<{ code: number; said: string }> {
  const settings = { USER_DATABASE_URL: platform.databaseUrl, REDIS_URL: redis.url };
  const { code, err } = await runCommand(cli, ['grant', ...args], settings);
  return { code, said: err };
}

/** Signed in, with what a gateway reads of the token. */
async function logIn(handle: string): Promise<Actor> {
  const { data } = await platform.run(
    `mutation ($input: LogInInput!) { logIn(input: $input) { user { id handle } accessToken refreshToken errors { code } } }`,
    { input: { handleOrEmail: handle, password } },
  );
  const session = data?.['logIn'] as Parameters<typeof actorOf>[1];
  return withScopes(actorOf(platform, session));
}

function withScopes(actor: Actor): Actor {
  const { scope } = decodeJwt<{ scope?: string }>(actor.accessToken);
  const identity = { ...actor.identity, ...(scope && { scopes: scope.split(' ') }) } as Actor['identity'];
  return { ...actor, identity, run: (query, variables) => platform.run(query, variables, identity) };
}

async function mutate(who: Actor, name: string, input: object, fields = ''): Promise<string[]> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const { data, errors } = await who.run(
    `mutation ($input: ${type}) { done: ${name}(input: $input) { ${fields} errors { code } } }`,
    { input },
  );
  if (!data) return (errors ?? []).map(({ code }) => String(code));
  return (data['done'] as { errors: { code: string }[] }).errors.map(({ code }) => code);
}

const change = (who: Actor, whom: Actor, role: string) =>
  mutate(who, 'changeRole', { userId: whom.id, role }, 'role');
const suspend = (who: Actor, whom: { id: string }) => mutate(who, 'suspendUser', { userId: whom.id });
const roleOf = async (who: Actor) =>
  ((await who.run('{ viewer { role } }')).data as { viewer: { role: string } }).viewer.role;
const exists = async (who: Actor) =>
  (await platform.run(`{ user(handle: "${who.handle}") { id } }`)).data?.['user'] !== null;

it('a token says what its owner may ask for, and the continued one too', async () => {
  expect(decodeJwt(ann.accessToken)).not.toHaveProperty('scope');
  expect(decodeJwt(mod.accessToken)).toMatchObject({ scope: 'moderation' });
  expect(decodeJwt(ada.accessToken)).toMatchObject({ scope: 'moderation administration' });
  const refresh = 'mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { accessToken } }';
  const { data } = await platform.run(refresh, { t: mod.refreshToken });
  const { accessToken } = (data as { refreshSession: { accessToken: string } }).refreshSession;
  expect(decodeJwt(accessToken)).toMatchObject({ scope: 'moderation' });
  expect([await roleOf(ann), await roleOf(mod), await roleOf(ada)]).toEqual(['MEMBER', 'MODERATOR', 'ADMIN']);
});

describe('a moderator', () => {
  it('suspends members, again too, and takes it back', async () => {
    expect(await suspend(mod, ann)).toEqual([]);
    expect(await exists(ann)).toBe(false);
    expect(await suspend(mod, ann)).toEqual([]);
    const lift = () => mutate(mod, 'unsuspendUser', { userId: ann.id });
    expect([await lift(), await lift()]).toEqual([[], []]);
    expect(await exists(ann)).toBe(true);
  });

  it('suspends nobody who oversees others, nobody who is not there, and gives no role', async () => {
    for (const other of [ada, mod]) expect(await suspend(mod, other)).toEqual(['NOT_ALLOWED']);
    expect(await suspend(mod, { id: 'usr_00000000001' })).toEqual(['NOT_FOUND']);
    expect(await suspend(mod, { id: 'nonsense' })).toEqual(['INVALID_VALUE']);
    expect(await change(mod, ann, 'MODERATOR')).toEqual(['FORBIDDEN']);
    expect(await exists(mod)).toBe(true);
  });
});

it('a member, or nobody, does none of it', async () => {
  const query = `mutation { suspendUser(input: { userId: "${mod.id}" }) { errors { code } } }`;
  expect((await platform.run(query)).errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  for (const name of ['suspendUser', 'unsuspendUser'])
    expect(await mutate(ann, name, { userId: mod.id })).toEqual(['FORBIDDEN']);
  expect(await change(ann, ann, 'ADMIN')).toEqual(['FORBIDDEN']);
});

describe('an admin', () => {
  it('gives roles once they showed who they are, and never themselves one', async () => {
    expect(await change(ada, ann, 'MODERATOR')).toEqual(['CONFIRMATION_REQUIRED']);
    await ada.run(`mutation { confirmIdentity(input: { password: "${password}" }) { errors { code } } }`);
    expect(await change(ada, ada, 'MEMBER')).toEqual(['ONESELF']);
    expect([await change(ada, ann, 'MODERATOR'), await change(ada, ann, 'MODERATOR')]).toEqual([[], []]);
    expect(await change(ada, { ...ann, id: 'usr_00000000001' }, 'ADMIN')).toEqual(['NOT_FOUND']);
    const raised = await logIn(ann.handle);
    expect(await suspend(ada, ann)).toEqual([]);
    await mutate(ada, 'unsuspendUser', { userId: ann.id });
    expect(await roleOf(raised)).toBe('MODERATOR');
  });

  it('takes roles with all sessions that say more, and what an old token says is not believed', async () => {
    await ada.run(`mutation { confirmIdentity(input: { password: "${password}" }) { errors { code } } }`);
    await change(ada, ann, 'ADMIN');
    const raised = await logIn(ann.handle);
    expect(await change(ada, ann, 'MEMBER')).toEqual([]);
    expect(await platform.services.sessions.listRevoked()).toContain(raised.refreshToken.split('.')[0]);
    expect(await suspend(raised, mod)).toEqual(['NOT_ALLOWED']);
    expect(await exists(mod)).toBe(true);
  });
});

describe('a role is judged where it acts', () => {
  const raise = async (who: Actor, role: string) => {
    await platform.database.account.update({ where: { id: userIdOf(who.id) }, data: { role } });
    const raised = await logIn(who.handle);
    await raised.run(`mutation { confirmIdentity(input: { password: "${password}" }) { errors { code } } }`);
    return raised;
  };

  it.each(['deactivatedAt', 'suspendedAt'])(
    'and of whom is hidden (%s) it is none, whatever their token says',
    async (column) => {
      const bea = await enter(platform, `bea_${handles[people++]}`);
      const raised = await raise(ann, 'moderator');
      await platform.database.account.update({
        where: { id: userIdOf(ann.id) },
        data: { [column]: new Date() },
      });
      expect(await suspend(raised, bea)).toEqual(['NOT_ALLOWED']);
      expect(await exists(bea)).toBe(true);
    },
  );

  it('so of two admins who take it from each other at once one stays', async () => {
    const bea = await enter(platform, `bea_${handles[people++]}`);
    const [one, other] = [await raise(ann, 'admin'), await raise(bea, 'admin')];
    const both = [userIdOf(ann.id), userIdOf(bea.id)];
    const answers = await whileHeld(
      platform.databaseUrl,
      `SELECT FROM account WHERE id IN (${both.join()}) FOR UPDATE`,
      () => Promise.all([change(one, other, 'MEMBER'), change(other, one, 'MEMBER')]),
      2,
    );
    expect(answers.flat()).toEqual(['NOT_ALLOWED']);
    expect(await platform.database.account.count({ where: { id: { in: both }, role: 'admin' } })).toBe(1);
  });
});

it('the command says what it cannot do', async () => {
  expect(await grant('ann_a', 'member')).toEqual({
    code: 0,
    said: 'ann_a is of the role member, as before.\n',
  });
  expect(await grant('nobody_here', 'admin')).toEqual({
    code: 1,
    said: 'There is no account nobody_here.\n',
  });
  for (const args of [['ada'], ['ada', 'root'], ['ada', 'admin', 'mod'], ['ada', 'admin', '--lift']])
    expect((await grant(...args)).code).toBe(3);
});
