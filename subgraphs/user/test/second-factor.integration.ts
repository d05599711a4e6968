import { randomBytes } from 'node:crypto';
import { whileHeld } from '@murmuration/testing';
import { createEnvironmentKeys, createSealer } from '@murmuration/service-kit';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aboutSecret } from '../src/second-factor/check.ts';
import { stepOf } from '../src/second-factor/codes.ts';
import { findSecondFactor } from '../src/second-factor/repository.ts';
import { rewrapSecrets } from '../src/second-factor/rewrap.ts';
import { type Actor, actorOf, enter, password } from './support/cast.ts';
import { createPlatform, dataKey, type Platform, userIdOf } from './support/platform.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

let platform: Platform;
let office: PostOffice;
let ann: Actor;
let people = 0;
const handles = 'abcdefghjkmnpqrstuvwxyz';
const period = 30_000;

beforeAll(async () => {
  platform = await createPlatform({ relationLeaseMs: 1, accounts: { wrongCodesPerDay: 14 } });
  office = await openPostOffice(platform);
});
afterAll(async () => {
  await office.close();
  await platform.close();
});
beforeEach(async () => {
  ann = await enter(platform, `ann_${handles[people++]}`);
});

type Payload = Record<string, unknown> & { errors: { code: string; path: string[] | null }[] };

async function mutate(who: Actor, name: string, fields: string, input?: object): Promise<Payload> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const [declared, given] = input ? [`($input: ${type})`, '(input: $input)'] : ['', ''];
  const { data, errors } = await who.run(
    `mutation ${declared} { done: ${name}${given} { ${fields} errors { code path } } }`,
    input ? { input } : {},
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data['done'] as Payload;
}

const codesOf = ({ errors }: Payload) => errors.map(({ code }) => code);
const identify = (who: Actor, secondFactorCode?: string, given = password) =>
  mutate(who, 'confirmIdentity', 'confirmedUntil', { password: given, secondFactorCode });
const stateOf = async (who: Actor) => {
  const { data } = await who.run('{ viewer { secondFactor { isOn recoveryCodesLeft } } }');
  return (data as { viewer: { secondFactor: unknown } }).viewer.secondFactor;
};

async function logIn(who: Actor, secondFactorCode?: string, given = password): Promise<Actor | string> {
  const { data } = await platform.run(
    `mutation ($input: LogInInput!) { logIn(input: $input) { user { id handle } accessToken refreshToken errors { code } } }`,
    { input: { handleOrEmail: who.handle, password: given, secondFactorCode } },
  );
  const session = data?.['logIn'] as Parameters<typeof actorOf>[1] & { errors: { code: string }[] };
  return session.errors[0]?.code ?? actorOf(platform, session);
}

/** What the person's app shows: of now, or of so many periods later. */
type App = (periods?: number) => string;

async function turnOn(who: Actor): Promise<{ app: App; recoveryCodes: string[] }> {
  await identify(who);
  const { secret } = await mutate(who, 'setUpTotp', 'secret uri');
  const totp = new TOTP({ secret: Secret.fromBase32(String(secret)) });
  const app: App = (periods = 0) => totp.generate({ timestamp: Date.now() + periods * period });
  const { recoveryCodes, errors } = await mutate(who, 'confirmTotp', 'recoveryCodes', { code: app() });
  expect(errors).toEqual([]);
  return { app, recoveryCodes: recoveryCodes as string[] };
}

/** As if the last code had been used long ago. */
const forgetStep = () => platform.database.$executeRaw`UPDATE second_factor SET last_step = 0`;

describe('signing in with a second factor', () => {
  it('takes a code of the app, once, and says that it does only to who knows the password', async () => {
    const { app } = await turnOn(ann);
    expect(await logIn(ann)).toBe('SECOND_FACTOR_REQUIRED');
    expect(await logIn(ann, undefined, 'a guess')).toBe('WRONG_CREDENTIALS');
    expect(await logIn(ann, '000 000'.replace('0', app()[0] === '0' ? '1' : '0'))).toBe('WRONG_CODE');
    // The code by which it was turned on is used, and so is that of any moment before.
    expect(await logIn(ann, app())).toBe('WRONG_CODE');
    await forgetStep();
    const code = app();
    const both = await Promise.all([logIn(ann, code), logIn(ann, code)]);
    expect(both.filter((each) => typeof each !== 'string')).toHaveLength(1);
    expect(both).toContain('WRONG_CODE');
    await office.next(`${ann.handle}@example.org`, /takes a code now/);
  });

  it('takes clocks that are half a minute apart, and none that are further', async () => {
    const { app } = await turnOn(ann);
    await forgetStep();
    for (const [periods, isGood] of [
      [-3, false],
      [3, false],
      [1, true],
    ] as const) {
      const answer = await logIn(ann, app(periods));
      expect(typeof answer === 'string' ? answer : 'in').toBe(isGood ? 'in' : 'WRONG_CODE');
    }
  });

  it('takes each recovery code once, and none of somebody else’s', async () => {
    const { recoveryCodes } = await turnOn(ann);
    const [first = '', second = ''] = recoveryCodes;
    const eve = await enter(platform, `eve_${ann.handle.at(-1)}`);
    await turnOn(eve);
    expect(await logIn(eve, first)).toBe('WRONG_CODE');
    expect(await logIn(ann, ` ${first.toLowerCase()} `)).toMatchObject({ id: ann.id });
    expect(await logIn(ann, first)).toBe('WRONG_CODE');
    expect(await stateOf(ann)).toEqual({ isOn: true, recoveryCodesLeft: 9 });
    await identify(ann, second);
    const renewed = await mutate(ann, 'renewRecoveryCodes', 'recoveryCodes');
    expect(renewed['recoveryCodes']).toHaveLength(10);
    expect(await logIn(ann, recoveryCodes[2])).toBe('WRONG_CODE');
    expect(await logIn(ann, (renewed['recoveryCodes'] as string[])[0])).toMatchObject({ id: ann.id });
    const rows = await platform.database.$queryRaw<
      { text: string }[]
    >`SELECT r::text AS text FROM recovery_code r`;
    expect(rows.map(({ text }) => text).join()).not.toContain(recoveryCodes[2]);
  });

  it('counts wrong codes with wrong passwords', async () => {
    await turnOn(ann);
    for (let attempt = 0; attempt < 10; attempt++) await logIn(ann, '123456');
    expect(await logIn(ann, '123456')).toBe('RATE_LIMITED');
  });

  it('lets nobody try codes all day, whoever signs in meanwhile; recovery codes are good all the same', async () => {
    const { app, recoveryCodes } = await turnOn(ann);
    const [first = '', second = ''] = recoveryCodes;
    await forgetStep();
    expect(await logIn(ann, app())).toMatchObject({ id: ann.id });
    for (let attempt = 0; attempt < 7; attempt++) expect(await logIn(ann, '123456')).toBe('WRONG_CODE');
    expect(await logIn(ann, first)).toMatchObject({ id: ann.id });
    for (let attempt = 0; attempt < 7; attempt++)
      expect(await identify(ann, '123456')).toMatchObject({ errors: [{ code: 'WRONG_CODE' }] });
    await forgetStep();
    expect(await logIn(ann, app())).toBe('RATE_LIMITED');
    expect(await logIn(ann, second)).toMatchObject({ id: ann.id });
  });

  it('forgets no attempts by a new password, which only forgets those of who has no second factor', async () => {
    const eve = await enter(platform, `eve_${ann.handle.at(-1)}`);
    await turnOn(ann);
    const next = 'a long enough secret';
    for (const who of [ann, eve]) {
      for (let attempt = 0; attempt < 11; attempt++) await logIn(who, undefined, 'a guess');
      expect(await logIn(who)).toBe('RATE_LIMITED');
      const ask =
        'mutation ($of: String!) { requestPasswordReset(input: { handleOrEmail: $of }) { errors { code } } }';
      await platform.run(ask, { of: who.handle });
      const token = await office.token(`${who.handle}@example.org`, /A new password/);
      const answer = await platform.run(
        'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { errors { code } } }',
        { input: { token, newPassword: next } },
      );
      expect(answer.data).toEqual({ resetPassword: { errors: [] } });
    }
    expect(await logIn(ann, undefined, next)).toBe('RATE_LIMITED');
    expect(await logIn(eve, undefined, next)).toMatchObject({ id: eve.id });
  });

  it('is asked for before whoever left is back', async () => {
    const { recoveryCodes } = await turnOn(ann);
    await identify(ann, recoveryCodes[0]);
    expect(codesOf(await mutate(ann, 'deactivateAccount', 'endedSessionCount', {}))).toEqual([]);
    expect(await logIn(ann)).toBe('SECOND_FACTOR_REQUIRED');
    expect(await platform.run(`{ user(handle: "${ann.handle}") { id } }`)).toEqual({ data: { user: null } });
    expect(await logIn(ann, recoveryCodes[1])).toMatchObject({ id: ann.id });
  });
});

describe('turning it on', () => {
  it('asks who it is first, in this session, and not long ago', async () => {
    for (const name of ['setUpTotp', 'removeTotp', 'renewRecoveryCodes']) {
      expect(codesOf(await mutate(ann, name, ''))).toEqual(['CONFIRMATION_REQUIRED']);
    }
    expect(await identify(ann, undefined, 'a guess')).toMatchObject({
      confirmedUntil: null,
      errors: [{ code: 'WRONG_CREDENTIALS', path: ['password'] }],
    });
    const phone = (await logIn(ann)) as Actor;
    expect(await identify(ann)).toMatchObject({ confirmedUntil: expect.any(String), errors: [] });
    expect(codesOf(await mutate(phone, 'setUpTotp', 'secret'))).toEqual(['CONFIRMATION_REQUIRED']);
    expect(codesOf(await mutate(ann, 'setUpTotp', 'secret'))).toEqual([]);
    await platform.database
      .$executeRaw`UPDATE session SET confirmed_at = confirmed_at - interval '11 minutes'`;
    expect(codesOf(await mutate(ann, 'confirmTotp', '', { code: '123456' }))).toEqual([
      'CONFIRMATION_REQUIRED',
    ]);
    const { errors } = await platform.run('mutation { setUpTotp { secret } }');
    expect(errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  });

  it('happens by a right code, in one of two tabs, and not twice', async () => {
    await identify(ann);
    expect(codesOf(await mutate(ann, 'confirmTotp', '', { code: '123456' }))).toEqual(['CONFLICT']);
    const abandoned = await mutate(ann, 'setUpTotp', 'secret');
    const { secret } = await mutate(ann, 'setUpTotp', 'secret');
    const codeOf = (text: unknown) => new TOTP({ secret: Secret.fromBase32(String(text)) }).generate();
    for (const code of [codeOf(abandoned['secret']), '', 'AAAA-AAAA-AAAA-AAAA']) {
      expect(await mutate(ann, 'confirmTotp', 'recoveryCodes', { code })).toEqual({
        recoveryCodes: null,
        errors: [{ code: 'WRONG_CODE', path: ['code'] }],
      });
    }
    expect(await stateOf(ann)).toEqual({ isOn: false, recoveryCodesLeft: 0 });
    expect(await logIn(ann)).toMatchObject({ id: ann.id });
    const code = codeOf(secret);
    const tabs = await Promise.all([1, 2].map(() => mutate(ann, 'confirmTotp', 'recoveryCodes', { code })));
    expect(tabs.flatMap(codesOf)).toEqual(['CONFLICT']);
    expect(await stateOf(ann)).toEqual({ isOn: true, recoveryCodesLeft: 10 });
    expect(codesOf(await mutate(ann, 'setUpTotp', 'secret'))).toEqual(['CONFLICT']);
    expect((await platform.run('{ viewer { secondFactor { isOn } } }')).data).toEqual({ viewer: null });
  });

  it('is taken back by who has it, and the address is told', async () => {
    const { recoveryCodes } = await turnOn(ann);
    await platform.database.$executeRaw`UPDATE session SET confirmed_at = NULL`;
    expect(codesOf(await identify(ann))).toEqual(['SECOND_FACTOR_REQUIRED']);
    expect(codesOf(await identify(ann, '123456'))).toEqual(['WRONG_CODE']);
    expect(codesOf(await mutate(ann, 'removeTotp', ''))).toEqual(['CONFIRMATION_REQUIRED']);
    expect(codesOf(await identify(ann, recoveryCodes[0]))).toEqual([]);
    const tabs = await Promise.all([1, 2].map(() => mutate(ann, 'removeTotp', '')));
    expect(tabs.flatMap(codesOf)).toEqual(['CONFLICT']);
    expect(await logIn(ann)).toMatchObject({ id: ann.id });
    await office.next(`${ann.handle}@example.org`, /takes no code any more/);
  });
});

it('a log-in, or a confirmation, that overlaps another password is none', async () => {
  const id = userIdOf(ann.id);
  const { passwordHash } = await platform.database.account.findUniqueOrThrow({ where: { id } });
  const overlapped = <Result>(run: () => Promise<Result>) =>
    whileHeld(platform.databaseUrl, `UPDATE account SET password_hash = 'another' WHERE id = ${id}`, run);
  const putBack = () => platform.database.account.update({ where: { id }, data: { passwordHash } });
  expect(await overlapped(() => logIn(ann))).toBe('WRONG_CREDENTIALS');
  expect(await platform.database.session.count({ where: { accountId: id } })).toBe(1);
  await putBack();
  expect(codesOf(await overlapped(() => identify(ann)))).toEqual(['CONFLICT']);
  await putBack();
  expect(codesOf(await mutate(ann, 'setUpTotp', 'secret'))).toEqual(['CONFIRMATION_REQUIRED']);
  expect(await logIn(ann)).toMatchObject({ id: ann.id });
});

it('a log-in, or a confirmation, that overlaps a second factor that is turned on takes more than the password', async () => {
  const id = userIdOf(ann.id);
  await identify(ann);
  await mutate(ann, 'setUpTotp', 'secret');
  await platform.database.session.updateMany({ where: { accountId: id }, data: { confirmedAt: null } });
  const overlapped = <Result>(run: () => Promise<Result>) =>
    whileHeld(
      platform.databaseUrl,
      `SELECT FROM account WHERE id = ${id} FOR NO KEY UPDATE;
       UPDATE second_factor SET confirmed_at = now() WHERE account_id = ${id}`,
      run,
    );
  expect(await overlapped(() => logIn(ann))).toBe('WRONG_CREDENTIALS');
  expect(await platform.database.session.count({ where: { accountId: id } })).toBe(1);
  await platform.database.secondFactor.updateMany({ where: { accountId: id }, data: { confirmedAt: null } });
  expect(codesOf(await overlapped(() => identify(ann)))).toEqual(['CONFLICT']);
  expect(codesOf(await mutate(ann, 'removeTotp', ''))).toEqual(['CONFIRMATION_REQUIRED']);
});

describe('what is dangerous', () => {
  it('must be confirmed anew by other sessions once the password or the second factor is another one', async () => {
    const phone = (await logIn(ann)) as Actor;
    const next = 'a long enough secret';
    const isConfirmed = async (who: Actor) =>
      !codesOf(await mutate(who, 'renewRecoveryCodes', '')).includes('CONFIRMATION_REQUIRED');
    const both = async () => [await isConfirmed(ann), await isConfirmed(phone)];
    await Promise.all([identify(ann), identify(phone)]);
    expect(await both()).toEqual([true, true]);
    const input = { newPassword: next, endOtherSessions: false };
    expect(codesOf(await mutate(ann, 'changePassword', '', input))).toEqual([]);
    expect(await both()).toEqual([true, false]);

    await identify(phone, undefined, next);
    const { secret } = await mutate(ann, 'setUpTotp', 'secret');
    const code = new TOTP({ secret: Secret.fromBase32(String(secret)) }).generate();
    const { recoveryCodes } = await mutate(ann, 'confirmTotp', 'recoveryCodes', { code });
    expect(await isConfirmed(phone)).toBe(false);
    await identify(phone, (recoveryCodes as string[])[0], next);
    expect(await isConfirmed(phone)).toBe(true);
    expect(await isConfirmed(ann)).toBe(false);
    await platform.database
      .$executeRaw`UPDATE session SET confirmed_at = now() WHERE account_id = ${userIdOf(ann.id)}`;
    expect(codesOf(await mutate(phone, 'removeTotp', ''))).toEqual([]);
    expect(await both()).toEqual([false, true]);
  });

  it('takes the password, or a session that is confirmed', async () => {
    const change = (input: object) =>
      mutate(ann, 'changePassword', 'endedSessionCount', { newPassword: 'a long enough secret', ...input });
    expect(await change({})).toMatchObject({
      errors: [{ code: 'CONFIRMATION_REQUIRED', path: ['currentPassword'] }],
    });
    await identify(ann);
    expect(await change({ currentPassword: 'a guess' })).toMatchObject({
      errors: [{ code: 'WRONG_CREDENTIALS', path: ['currentPassword'] }],
    });
    expect(codesOf(await change({}))).toEqual([]);
  });

  it('takes more than the password of who has a second factor', async () => {
    const { recoveryCodes } = await turnOn(ann);
    await platform.database.$executeRaw`UPDATE session SET confirmed_at = NULL`;
    const asked: [string, string, object][] = [
      [
        'changePassword',
        'endedSessionCount',
        { currentPassword: password, newPassword: 'a long enough secret' },
      ],
      ['changeEmail', '', { password, newEmail: 'elsewhere@example.org' }],
      ['deactivateAccount', 'endedSessionCount', { password }],
      ['deleteAccount', 'endedSessionCount', { password }],
      ['requestAccountExport', 'accountExport { state }', { password }],
    ];
    for (const [name, fields, input] of asked) {
      expect(codesOf(await mutate(ann, name, fields, input))).toEqual(['CONFIRMATION_REQUIRED']);
    }
    await identify(ann, recoveryCodes[0]);
    expect(codesOf(await mutate(ann, 'changeEmail', '', { newEmail: 'elsewhere@example.org' }))).toEqual([]);
  });
});

it('secrets are sealed, and wrapped anew when the key is another one', async () => {
  const { app } = await turnOn(ann);
  const id = userIdOf(ann.id);
  await forgetStep();
  expect(await logIn(ann, app())).toMatchObject({ id: ann.id });
  const next = { id: 'd2', secret: randomBytes(32) };
  const alone = createSealer(createEnvironmentKeys([next]));
  // A process that lacks the key of before changes nothing.
  await expect(rewrapSecrets(platform.database, alone)).rejects.toThrow('no key "d1"');
  expect((await findSecondFactor(platform.database, id))?.sealed.keyId).toBe('d1');
  const both = createSealer(createEnvironmentKeys([next, dataKey]));
  expect(await rewrapSecrets(platform.database, both)).toBeGreaterThan(0);
  expect(await rewrapSecrets(platform.database, both)).toBe(0);
  const wrapped = await findSecondFactor(platform.database, id);
  if (!wrapped) throw new Error('it is gone');
  const secret = await alone.open(wrapped.sealed, aboutSecret(id));
  expect(stepOf(secret, app())).not.toBeNull();
});
