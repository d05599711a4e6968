import { generateKeyPairSync } from 'node:crypto';
import { createLogger } from '@murmuration/service-kit';
import { whileHeld } from '@murmuration/testing';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChallenges } from '../src/challenges/challenges.ts';
import { purge } from '../src/housekeeping/purge.ts';
import { resetSecondFactor } from '../src/second-factor/repository.ts';
import { type Authenticator, createAuthenticator, type Manner } from './support/authenticator.ts';
import { type Actor, actorOf, enter, password } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

let platform: Platform;
let office: PostOffice;
let ann: Actor;
let key: Authenticator;
let people = 0;
const handles = 'abcdefghjkmnpqrstuvwxyz';
const maxPasskeys = 3;
/** Lines of the log of what came in and what did not. */
const audited: { event: string; outcome: string; account: string | null }[] = [];

beforeAll(async () => {
  const logger = createLogger('test', 'fatal', {
    write: (line: string) => void audited.push(JSON.parse(line)),
  });
  platform = await createPlatform({ relationLeaseMs: 1, passkeys: { maxPasskeys }, logger });
  office = await openPostOffice(platform);
});
afterAll(async () => {
  await office.close();
  await platform.close();
});
beforeEach(async () => {
  ann = await enter(platform, `ann_${handles[people++]}`);
  key = createAuthenticator();
});

type Payload = Record<string, unknown> & { errors: { code: string; path: string[] | null }[] };
type Run = (query: string, variables?: Record<string, unknown>) => ReturnType<Actor['run']>;

async function mutate(run: Run, name: string, fields: string, input?: object): Promise<Payload> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const [declared, given] = input ? [`($input: ${type})`, '(input: $input)'] : ['', ''];
  const { data, errors } = await run(
    `mutation ${declared} { done: ${name}${given} { ${fields} errors { code path } } }`,
    input ? { input } : {},
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data['done'] as Payload;
}

const codesOf = ({ errors }: Payload) => errors.map(({ code }) => code);
const identify = (who: Actor, secondFactorCode?: string) =>
  mutate(who.run, 'confirmIdentity', 'confirmedUntil', { password, secondFactorCode });
const forgetConfirmations = () => platform.database.$executeRaw`UPDATE session SET confirmed_at = NULL`;
const isConfirmed = async (who: Actor) =>
  !codesOf(await mutate(who.run, 'removeTotp', '')).includes('CONFIRMATION_REQUIRED');
async function begin(run: Run, name: string): Promise<string> {
  const { errors, options } = await mutate(run, name, 'options');
  expect(errors).toEqual([]);
  return String(options);
}

async function register(who: Actor, authenticator: Authenticator, name?: string): Promise<string> {
  await identify(who);
  const credential = authenticator.create(await begin(who.run, 'beginPasskeyRegistration'));
  const { errors, passkey } = await mutate(who.run, 'finishPasskeyRegistration', 'passkey { id }', {
    credential,
    name,
  });
  expect(errors).toEqual([]);
  return (passkey as { id: string }).id;
}

const beginLogIn = () => begin(platform.run, 'beginPasskeyLogIn');

/** @returns the code of the error, or who is signed in */
async function finishLogIn(credential: string, more: object = {}): Promise<Actor | string> {
  const session = await mutate(
    platform.run,
    'finishPasskeyLogIn',
    'user { id handle } accessToken refreshToken',
    { credential, ...more },
  );
  return session.errors[0]?.code ?? actorOf(platform, session as unknown as Parameters<typeof actorOf>[1]);
}

const logIn = async (authenticator: Authenticator, manner?: Manner, more?: object) =>
  finishLogIn(authenticator.get(await beginLogIn(), manner), more);

async function turnOnTotp(who: Actor): Promise<string[]> {
  await identify(who);
  const { secret } = await mutate(who.run, 'setUpTotp', 'secret');
  const code = new TOTP({ secret: Secret.fromBase32(String(secret)) }).generate();
  const { recoveryCodes } = await mutate(who.run, 'confirmTotp', 'recoveryCodes', { code });
  return recoveryCodes as string[];
}

const listOf = async (who: Actor) => {
  const { data } = await who.run('{ viewer { passkeys { id name isSynced lastUsedAt } } }');
  return (data as { viewer: { passkeys: { id: string }[] } }).viewer.passkeys;
};

describe('signing in by a passkey', () => {
  it('asks for no name, and opens a session like any other', async () => {
    const id = await register(ann, key, 'My phone');
    platform.statements.length = 0;
    const options = JSON.parse(await beginLogIn()) as object;
    expect(platform.statements).toEqual([]);
    expect(options).toMatchObject({ rpId: 'localhost', allowCredentials: [], userVerification: 'preferred' });
    const phone = (await logIn(key, {}, { deviceName: 'Phone' })) as Actor;
    expect(phone).toMatchObject({ id: ann.id, handle: ann.handle });
    const { data } = await phone.run(
      '{ viewer { sessions(first: 5) { edges { node { deviceName isCurrent } } } } }',
    );
    expect(data).toMatchObject({
      viewer: { sessions: { edges: [{ node: { deviceName: 'Phone', isCurrent: true } }, { node: {} }] } },
    });
    expect(await listOf(ann)).toEqual([
      { id, name: 'My phone', isSynced: false, lastUsedAt: expect.any(String) },
    ]);
    await office.next(`${ann.handle}@example.org`, /passkey was added/);
  });

  it('takes each answer once, of two at once one, and any number of tabs side by side', async () => {
    await register(ann, key);
    const [one, other] = [await beginLogIn(), await beginLogIn()];
    const answer = key.get(other);
    const both = await Promise.all([finishLogIn(answer), finishLogIn(answer)]);
    expect(both.filter((each) => typeof each !== 'string')).toHaveLength(1);
    expect(both).toContain('CHALLENGE_USED');
    expect(await finishLogIn(key.get(one))).toMatchObject({ id: ann.id });
    expect(await finishLogIn(key.get(one))).toBe('CHALLENGE_USED');
  });

  it('takes no answer that is late, forged, of another purpose or site, by another key, or for somebody else', async () => {
    await register(ann, key);
    const eve = await enter(platform, `eve_${ann.handle.at(-1)}`);
    const evil = createAuthenticator();
    await register(eve, evil);
    await identify(ann);
    const options = await beginLogIn();
    const challenged = (challenge: Buffer | Uint8Array) =>
      JSON.stringify({ challenge: Buffer.from(challenge).toString('base64url') });
    const elsewhere = createChallenges([{ id: null, secret: Buffer.alloc(32) }], 60_000);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const of = (asked: string) =>
      Buffer.from((JSON.parse(asked) as { challenge: string }).challenge, 'base64url');
    const longer = of(options);
    longer[5] = (longer[5] ?? 0) ^ 1;
    const tried: [string, string][] = [
      ['CHALLENGE_INVALID', key.get(challenged(elsewhere.make('log-in')))],
      ['CHALLENGE_INVALID', key.get(challenged(longer))],
      ['CHALLENGE_INVALID', key.get(challenged(Buffer.from('short')))],
      ['CHALLENGE_INVALID', key.get(await begin(ann.run, 'beginPasskeyRegistration'))],
      ['CHALLENGE_INVALID', key.get(await begin(ann.run, 'beginPasskeyConfirmation'))],
      ['WRONG_CREDENTIALS', key.get(options, { origin: 'http://localhost:3001' })],
      ['WRONG_CREDENTIALS', key.get(options, { rpId: 'evil.example' })],
      ['WRONG_CREDENTIALS', key.get(options, { key: privateKey })],
      ['WRONG_CREDENTIALS', key.get(options, { userHandle: null })],
      ['WRONG_CREDENTIALS', key.get(options, { userHandle: Buffer.from(eve.id).toString('base64url') })],
      ['WRONG_CREDENTIALS', createAuthenticator().get(options, { userHandle: 'AAAA' })],
      ['INVALID_VALUE', 'nonsense'],
      ['INVALID_VALUE', JSON.stringify({ id: key.id })],
      ['INVALID_VALUE', `${key.get(options)}${' '.repeat(20_000)}`],
    ];
    for (const [index, [code, credential]] of tried.entries())
      expect([index, await finishLogIn(credential)]).toEqual([index, code]);
    // None of these used it up.
    expect(await finishLogIn(key.get(options))).toMatchObject({ id: ann.id });
  });

  it('takes no signature that says a count of before: there may be a copy, and the log says so', async () => {
    await register(ann, key);
    expect(await logIn(key, { count: 5 })).toMatchObject({ id: ann.id });
    audited.length = 0;
    for (const count of [5, 4, 0]) expect(await logIn(key, { count })).toBe('WRONG_CREDENTIALS');
    const back = audited.filter(({ event }) => event === 'passkey-count-back');
    expect(back).toHaveLength(3);
    expect(back[0]).toMatchObject({ outcome: 'refused', account: ann.id });
    const two = await Promise.all([logIn(key, { count: 6 }), logIn(key, { count: 6 })]);
    expect(two.filter((each) => typeof each === 'string')).toEqual(['WRONG_CREDENTIALS']);
    // One that is synced never counts.
    const synced = createAuthenticator();
    await register(ann, synced);
    for (let times = 0; times < 2; times++)
      expect(await logIn(synced, { count: 0 })).toMatchObject({ id: ann.id });
  });

  it('is the second factor too where it verified its user; where it did not, a code is needed besides', async () => {
    await register(ann, key);
    expect(await logIn(key, { verifiesUser: false })).toMatchObject({ id: ann.id });
    const [first = '', second = ''] = await turnOnTotp(ann);
    expect(await logIn(key)).toMatchObject({ id: ann.id });
    const credential = key.get(await beginLogIn(), { verifiesUser: false });
    expect(await finishLogIn(credential)).toBe('SECOND_FACTOR_REQUIRED');
    expect(await finishLogIn(credential, { secondFactorCode: '123456' })).toBe('WRONG_CODE');
    expect(await finishLogIn(credential, { secondFactorCode: first })).toMatchObject({ id: ann.id });
    expect(await finishLogIn(credential, { secondFactorCode: second })).toBe('CHALLENGE_USED');
  });

  it('lets in an owner whom guesses at the password keep out, and whoever left; nobody who is suspended', async () => {
    await register(ann, key);
    const guess = { handleOrEmail: ann.handle, password: 'a guess' };
    for (let attempt = 0; attempt < 11; attempt++) await mutate(platform.run, 'logIn', '', guess);
    expect(codesOf(await mutate(platform.run, 'logIn', '', guess))).toEqual(['RATE_LIMITED']);
    expect(await logIn(key)).toMatchObject({ id: ann.id });
    expect(codesOf(await mutate(ann.run, 'deactivateAccount', '', {}))).toEqual([]);
    expect(await logIn(key)).toMatchObject({ id: ann.id });
    await platform.database.account.update({
      where: { id: userIdOf(ann.id) },
      data: { suspendedAt: new Date() },
    });
    expect(await logIn(key)).toBe('ACCOUNT_SUSPENDED');
  });

  it('opens nothing where the passkey is taken away meanwhile', async () => {
    await register(ann, key);
    const id = userIdOf(ann.id);
    const answer = key.get(await beginLogIn());
    const outcome = await whileHeld(
      platform.databaseUrl,
      `SELECT FROM account WHERE id = ${id} FOR NO KEY UPDATE; DELETE FROM passkey WHERE account_id = ${id}`,
      () => finishLogIn(answer),
    );
    expect(outcome).toBe('WRONG_CREDENTIALS');
    expect(await platform.database.session.count({ where: { accountId: id } })).toBe(1);
  });
});

describe('confirming by a passkey', () => {
  it('is good for the session that asked, once', async () => {
    expect(codesOf(await mutate(ann.run, 'beginPasskeyConfirmation', 'options'))).toEqual(['CONFLICT']);
    await register(ann, key);
    const phone = (await logIn(key)) as Actor;
    await forgetConfirmations();
    const options = await begin(ann.run, 'beginPasskeyConfirmation');
    expect(JSON.parse(options)).toMatchObject({
      allowCredentials: [{ id: key.id, transports: ['internal'] }],
    });
    const credential = key.get(options, { userHandle: null });
    const confirm = (who: Actor, more: object = {}) =>
      mutate(who.run, 'confirmIdentityByPasskey', 'confirmedUntil', { credential, ...more });
    expect(codesOf(await confirm(phone))).toEqual(['CHALLENGE_INVALID']);
    expect(await confirm(ann)).toMatchObject({ confirmedUntil: expect.any(String), errors: [] });
    expect([await isConfirmed(ann), await isConfirmed(phone)]).toEqual([true, false]);
    expect(codesOf(await confirm(ann))).toEqual(['CHALLENGE_USED']);
  });

  it('takes a code besides of who has a second factor, unless the passkey verified its user; and no passkey of others', async () => {
    await register(ann, key);
    const eve = await enter(platform, `eve_${ann.handle.at(-1)}`);
    const evil = createAuthenticator();
    await register(eve, evil);
    const [code] = await turnOnTotp(ann);
    await forgetConfirmations();
    const confirm = async (by: Authenticator, manner: Manner, more: object = {}) =>
      codesOf(
        await mutate(ann.run, 'confirmIdentityByPasskey', '', {
          credential: by.get(await begin(ann.run, 'beginPasskeyConfirmation'), manner),
          ...more,
        }),
      );
    expect(await confirm(evil, {})).toEqual(['WRONG_CREDENTIALS']);
    expect(await confirm(key, { verifiesUser: false })).toEqual(['SECOND_FACTOR_REQUIRED']);
    expect(await isConfirmed(ann)).toBe(false);
    expect(await confirm(key, { verifiesUser: false }, { secondFactorCode: code })).toEqual([]);
    await forgetConfirmations();
    expect(await confirm(key, {})).toEqual([]);
    expect(await isConfirmed(ann)).toBe(true);
  });
});

describe('the passkeys that somebody has', () => {
  const finish = (who: Actor, credential: string) =>
    mutate(who.run, 'finishPasskeyRegistration', 'passkey { id }', { credential });

  it('are added in a session that is confirmed, by its own challenge, once', async () => {
    expect(codesOf(await mutate(ann.run, 'beginPasskeyRegistration', ''))).toEqual(['CONFIRMATION_REQUIRED']);
    await identify(ann);
    const given = { handleOrEmail: ann.handle, password };
    const session = await mutate(platform.run, 'logIn', 'user { id handle } accessToken refreshToken', given);
    const phone = actorOf(platform, session as unknown as Parameters<typeof actorOf>[1]);
    await identify(phone);
    const options = await begin(ann.run, 'beginPasskeyRegistration');
    expect(JSON.parse(options)).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: ann.handle },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required' },
    });
    const credential = key.create(options);
    expect(codesOf(await finish(phone, credential))).toEqual(['CHALLENGE_INVALID']);
    for (const wrong of [key.create(options, { origin: 'https://evil.example' }), key.get(options), '{}'])
      expect(await finish(ann, wrong)).toMatchObject({
        errors: [{ code: 'INVALID_VALUE', path: ['credential'] }],
      });
    expect(codesOf(await finish(ann, credential))).toEqual([]);
    // As another second factor does.
    expect([await isConfirmed(ann), await isConfirmed(phone)]).toEqual([true, false]);
    expect(codesOf(await finish(ann, credential))).toEqual(['CHALLENGE_USED']);
    const again = await begin(ann.run, 'beginPasskeyRegistration');
    expect(JSON.parse(again)).toMatchObject({ excludeCredentials: [{ id: key.id }] });
    expect(codesOf(await finish(ann, key.create(again)))).toEqual(['CONFLICT']);
    await forgetConfirmations();
    expect(codesOf(await finish(ann, createAuthenticator().create(again)))).toEqual([
      'CONFIRMATION_REQUIRED',
    ]);
  });

  it('are so many at most, also where several are added at once, and cost one statement to list', async () => {
    await register(ann, key);
    await register(ann, createAuthenticator());
    const credentials = [];
    for (let tab = 0; tab < 3; tab++)
      credentials.push(createAuthenticator().create(await begin(ann.run, 'beginPasskeyRegistration')));
    const added = await Promise.all(credentials.map((credential) => finish(ann, credential)));
    expect(added.flatMap(codesOf)).toEqual(['LIMIT_REACHED', 'LIMIT_REACHED']);
    expect(codesOf(await mutate(ann.run, 'beginPasskeyRegistration', ''))).toEqual(['LIMIT_REACHED']);
    platform.statements.length = 0;
    expect(await listOf(ann)).toHaveLength(maxPasskeys);
    expect(platform.statements).toHaveLength(1);
  });

  it('are named and taken away by their owner alone; without the last one the password is good as before', async () => {
    const passkeyId = await register(ann, key);
    const eve = await enter(platform, `eve_${ann.handle.at(-1)}`);
    await identify(eve);
    const rename = (who: Actor, name: string | null) =>
      mutate(who.run, 'renamePasskey', 'passkey { id name }', { passkeyId, name });
    const remove = (who: Actor) => mutate(who.run, 'removePasskey', '', { passkeyId });
    expect(codesOf(await rename(eve, 'Mine'))).toEqual(['NOT_FOUND']);
    expect(codesOf(await remove(eve))).toEqual(['NOT_FOUND']);
    expect(await rename(ann, 'Key ring')).toMatchObject({ passkey: { id: passkeyId, name: 'Key ring' } });
    expect(codesOf(await rename(ann, '\n'))).toEqual(['INVALID_VALUE']);
    expect(await rename(ann, null)).toMatchObject({ passkey: { name: null } });
    await forgetConfirmations();
    expect(codesOf(await remove(ann))).toEqual(['CONFIRMATION_REQUIRED']);
    await identify(ann);
    const tabs = await Promise.all([remove(ann), remove(ann)]);
    expect(tabs.flatMap(codesOf)).toEqual(['NOT_FOUND']);
    expect(await listOf(ann)).toEqual([]);
    expect(await logIn(key)).toBe('WRONG_CREDENTIALS');
    const given = { handleOrEmail: ann.handle, password };
    expect(codesOf(await mutate(platform.run, 'logIn', '', given))).toEqual([]);
    await office.next(`${ann.handle}@example.org`, /passkey was taken away/);
  });

  it('go with the second factor that an operator takes from who lost everything', async () => {
    await register(ann, key);
    expect(await resetSecondFactor(platform.database, userIdOf(ann.id))).toHaveLength(1);
    expect(await logIn(key)).toBe('WRONG_CREDENTIALS');
    expect(await resetSecondFactor(platform.database, userIdOf(ann.id))).toBeNull();
    await office.next(`${ann.handle}@example.org`, /takes no code any more/);
  });
});

it('what was answered is forgotten an hour after it ran out', async () => {
  const count = () => platform.database.spentChallenge.count();
  await register(ann, key);
  await purge(platform.database);
  expect(await count()).toBeGreaterThan(0);
  await platform.database.$executeRaw`UPDATE spent_challenge SET expires_at = now() - interval '61 minutes'`;
  await purge(platform.database);
  expect(await count()).toBe(0);
});
