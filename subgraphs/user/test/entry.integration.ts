import { encodeId, type UserId } from '@murmuration/ids';
import { createLogger, metrics } from '@murmuration/service-kit';
import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountDefaults } from '../src/accounts/settings.ts';
import { auditEvents, auditOutcomes } from '../src/audit/audit-log.ts';
import { createCast, enter, password } from './support/cast.ts';
import { createPlatform, nobody, type Platform } from './support/platform.ts';

let platform: Platform;
let audited: Record<string, unknown>[] = [];

beforeAll(async () => {
  // Audited whatever the level of the rest.
  const logger = createLogger('user', 'error', {
    write: (line) => void audited.push(JSON.parse(line) as Record<string, unknown>),
  });
  platform = await createPlatform({ logger, accounts: { signUpsPerAddress: 2, logInsPerAddress: 3 } });
  await createCast(platform);
});
afterAll(() => platform.close());
beforeEach(async () => {
  await platform.redis.client.flushdb();
  audited = [];
});

type From = NonNullable<Parameters<Platform['run']>[3]>;
/** Has gone before anybody could answer. */
const gone = { destroyed: true, writableEnded: false, once: () => gone } as unknown as From['caller'];

const errors = `errors { __typename } accessToken`;
async function errorsOf(field: string, answer: ReturnType<Platform['run']>): Promise<string[]> {
  const payload = (await answer).data?.[field] as { errors: { __typename: string }[] };
  return payload.errors.map((error) => error.__typename);
}

function logIn(handleOrEmail: string, given: string, from: From = {}): Promise<string[]> {
  const query = `mutation ($input: LogInInput!) { logIn(input: $input) { ${errors} } }`;
  const variables = { input: { handleOrEmail, password: given } };
  return errorsOf('logIn', platform.run(query, variables, undefined, from));
}

function signUp(handle: string, from: From = {}): Promise<string[]> {
  const query = `mutation ($input: SignUpInput!) { signUp(input: $input) { ${errors} } }`;
  const input = { handle, email: `${handle}@example.org`, password };
  return errorsOf('signUp', platform.run(query, { input }, undefined, from));
}

describe('an address', () => {
  it('is limited in what it signs up, an IPv6 network as one', async () => {
    const from = { clientAddress: '2001:db8::1' };
    expect([await signUp('one_of_us', from), await signUp('two_of_us', from)]).toEqual([[], []]);
    expect(await signUp('three_of_us', { clientAddress: '2001:db8::2' })).toEqual(['RateLimited']);
    expect(await signUp('three_of_us', { clientAddress: '192.0.2.1' })).toEqual([]);
  });

  it('is limited in how often it tries to sign in, whatever the names', async () => {
    const from = { clientAddress: '192.0.2.7' };
    const tries = ['nobody1', 'nobody2', 'nobody3'].map((name) => logIn(name, 'a guess', from));
    expect(await Promise.all(tries)).toEqual([['NotAllowed'], ['NotAllowed'], ['NotAllowed']]);
    expect(await logIn('alice', password, from)).toEqual(['RateLimited']);
    expect(await logIn('alice', password, { clientAddress: '192.0.2.8' })).toEqual([]);
  });

  it('is limited unless told otherwise', () => {
    expect([accountDefaults.signUpsPerAddress, accountDefaults.logInsPerAddress]).not.toContain(0);
  });
});

describe('nothing is hashed', () => {
  const count = () => platform.database.account.count();
  const sessions = () => platform.database.session.count();

  it('of a sign-up whose handle or address is taken', async () => {
    // Where hashing begins, whoever has gone is told to come again.
    expect(await signUp('alice', { caller: gone })).toEqual(['Conflict']);
    const before = await count();
    expect(await signUp('somebody_new', { caller: gone })).toEqual(['RateLimited']);
    expect(await count()).toBe(before);
  });

  it('for somebody who has left, nor do they get a session', async () => {
    const before = await sessions();
    expect(await logIn('alice', password, { caller: gone })).toEqual(['RateLimited']);
    expect(await sessions()).toBe(before);
  });
});

it('attempts are counted by account, by whichever name and spelling', async () => {
  const names = ['carol', '@carol', 'carol@example.org', 'CAROL@Example.org', '@Carol'];
  const guesses = Array.from({ length: 10 }, (_, index) =>
    logIn(names[index % names.length] ?? '', 'a guess'),
  );
  expect(new Set((await Promise.all(guesses)).flat())).toEqual(new Set(['NotAllowed']));
  for (const name of names) expect(await logIn(name, password)).toEqual(['RateLimited']);
  for (let attempt = 0; attempt < 10; attempt++) await logIn(attempt % 2 ? '@No_Body' : 'no_body', 'a guess');
  expect(await logIn('NO_BODY', 'a guess')).toEqual(['RateLimited']);
});

it('a hash made of a password as it was typed is replaced when its owner comes in', async () => {
  const { passwordHash } = await platform.database.account.findFirstOrThrow({ where: { handle: 'alice' } });

  const typed = 'cafe\u0301 au lait';
  const store = (kept: string) => platform.database.$executeRaw`UPDATE account SET password_hash = ${kept}
    WHERE handle = 'alice'`;
  await store(await hash(typed));
  expect(await logIn('alice', typed.normalize('NFC'))).toEqual(['NotAllowed']);
  expect(await logIn('alice', typed)).toEqual([]);
  expect(await logIn('alice', typed.normalize('NFC'))).toEqual([]);
  await store(passwordHash);
});

describe('the audit log', () => {
  it('tells who came in, who did not and whose sessions ended, and no secret', async () => {
    const bob = await platform.database.account.findFirstOrThrow({ where: { handle: 'bob' } });
    const id = bob.id as UserId;
    const from = { clientAddress: '192.0.2.9' };
    await logIn('bob', 'not this one', from);
    await logIn('who_is_this@example.org', 'hunter2hunter2', from);
    await logIn('bob', password, from);
    await platform.services.suspension.set(id, true, nobody);
    await platform.services.suspension.set(id, false, nobody);
    const told = audited.map(({ event, outcome }) => `${String(event)} ${String(outcome)}`);
    expect(told).toEqual([
      'log-in refused',
      'log-in refused',
      'log-in ok',
      'revocation ok',
      'suspension ok',
      'suspension-lift ok',
    ]);
    for (const line of audited) {
      expect(line).toMatchObject({ log: 'audit', name: 'user', requestId: 'test' });
      expect(Object.keys(line).sort()).toEqual(
        'account actor address endedSessions event level log msg name outcome requestId session time'.split(
          ' ',
        ),
      );
    }
    expect(audited[0]).toMatchObject({
      account: expect.stringMatching(/^usr_/),
      session: null,
      address: '192.0.2.9',
    });
    expect(audited[1]).toMatchObject({ account: null, actor: null });
    expect(audited[2]).toMatchObject({ session: expect.stringMatching(/^ses_/) });
    expect(JSON.stringify(audited)).not.toMatch(/hunter2|not this one|murmuration"|example\.org/);
  });

  it('tells who suspended somebody', async () => {
    const carol = await platform.database.account.update({
      where: { handleKey: 'carol' },
      data: { role: 'moderator' },
    });
    const bob = await platform.database.account.findFirstOrThrow({ where: { handle: 'bob' } });
    const [actor, account] = [encodeId('User', carol.id), encodeId('User', bob.id)];
    for (const name of ['suspendUser', 'unsuspendUser']) {
      const query = `mutation { ${name}(input: { userId: "${account}" }) { errors { code } } }`;
      await platform.run(query, {}, { kind: 'viewer', subject: actor, session: '', scopes: ['moderation'] });
    }
    const told = audited.filter(({ event }) => String(event).startsWith('suspension'));
    expect(told).toMatchObject([
      { event: 'suspension', account, actor },
      { event: 'suspension-lift', account, actor },
    ]);
  });

  it('tells of a refresh token that came again, and of every log-out', async () => {
    const dora = await enter(platform, 'dora_and_co');
    audited = [];
    const refresh = (refreshToken: string) =>
      platform.run(
        `mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { refreshToken } }`,
        { t: refreshToken },
      );
    await refresh(dora.refreshToken);
    await platform.database.$executeRaw`UPDATE session SET rotated_at = rotated_at - interval '31 seconds'`;
    await refresh(dora.refreshToken);
    await dora.run('mutation { logOut { endedSessionCount } }');
    await dora.run('mutation { logOutEverywhere { endedSessionCount } }');
    expect(audited.map(({ event, outcome }) => `${String(event)} ${String(outcome)}`)).toEqual([
      'revocation ok',
      'refresh-reuse refused',
      'refresh refused',
      'log-out ok',
      'log-out-everywhere ok',
    ]);
  });

  it('is counted under names that are known beforehand', async () => {
    const counter = await metrics.getSingleMetric('authentication_events_total')?.get();
    const labels = counter?.values.map(({ labels: { event, outcome } }) => `${event} ${outcome}`);
    expect(new Set(labels)).toEqual(
      new Set(auditEvents.flatMap((event) => auditOutcomes.map((outcome) => `${event} ${outcome}`))),
    );
  });
});
