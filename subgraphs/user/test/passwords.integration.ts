import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, actorOf, enter, password } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

const next = 'a long enough secret';

let platform: Platform;
let office: PostOffice;

beforeAll(async () => {
  platform = await createPlatform({ accounts: { mailsPerAccount: 0, mailsPerAddress: 0 } });
  office = await openPostOffice(platform);
});
afterAll(async () => {
  await office.close();
  await platform.close();
});

type Outcome = { endedSessionCount?: number | null; errors: { code: string; path: string[] | null }[] };

async function run(name: string, input: Record<string, unknown>, who?: Actor): Promise<Outcome> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const fields = name === 'requestPasswordReset' ? '' : 'endedSessionCount';
  const query = `mutation ($input: ${type}!) { outcome: ${name}(input: $input) { ${fields} errors { code path } } }`;
  const { data, errors } = await platform.run(query, { input }, who?.identity);
  if (!data) throw new Error(JSON.stringify(errors));
  return data['outcome'] as Outcome;
}

async function logIn(handleOrEmail: string, given: string): Promise<Actor | null> {
  const { data } = await platform.run(
    `mutation ($input: LogInInput!) { logIn(input: $input) { user { id handle } accessToken refreshToken } }`,
    { input: { handleOrEmail, password: given } },
  );
  const session = data?.['logIn'] as Parameters<typeof actorOf>[1] | { user: null };
  return session.user ? actorOf(platform, session) : null;
}

async function isSignedIn(actor: Actor): Promise<boolean> {
  const { data } = await platform.run(
    `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }`,
    { input: { refreshToken: actor.refreshToken } },
  );
  const { accessToken } = (data ?? {})['refreshSession'] as { accessToken: string | null };
  return accessToken !== null;
}

const reset = /A new password/;
const failure = (code: string, field: string) => ({
  endedSessionCount: null,
  errors: [{ code, path: [field] }],
});

describe('a password', () => {
  it.each([
    ['short', '7 chars'],
    ['known', 'Password1'],
    ['known with an ending', 'password!2026'],
    ['of two characters', 'abababababab'],
    ['the handle', 'nameless_one'],
    ['the address', 'nameless_one@example.org'],
  ])('is refused when it is %s', async (_why, given) => {
    const input = { handle: 'nameless_one', email: 'nameless_one@example.org', password: given };
    const { data } = await platform.run(
      `mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } errors { code path } } }`,
      { input },
    );
    expect(data?.['signUp']).toEqual({ user: null, errors: [{ code: 'WEAK_PASSWORD', path: ['password'] }] });
  });

  it('is changed by who knows it; other sessions end, this one goes on', async () => {
    const ann = await enter(platform, 'ann');
    const phone = await logIn('ann', password);
    const change = (input: Record<string, unknown>) => run('changePassword', input, ann);
    expect(await change({ currentPassword: 'a guess', newPassword: next })).toEqual(
      failure('WRONG_CREDENTIALS', 'currentPassword'),
    );
    expect(await change({ currentPassword: password, newPassword: 'iloveyou' })).toEqual(
      failure('WEAK_PASSWORD', 'newPassword'),
    );
    expect(await change({ currentPassword: password, newPassword: 'Ann@Example.org' })).toEqual(
      failure('WEAK_PASSWORD', 'newPassword'),
    );
    expect(await change({ currentPassword: password, newPassword: next })).toEqual({
      endedSessionCount: 1,
      errors: [],
    });
    expect(await isSignedIn(ann)).toBe(true);
    expect(phone && (await isSignedIn(phone))).toBe(false);
    expect(await logIn('ann', password)).toBeNull();
    expect(await logIn('ann', next)).not.toBeNull();
    await office.next('ann@example.org', /password was changed/);
  });

  it('is changed without an end of other sessions where that is wanted', async () => {
    const ben = await enter(platform, 'ben');
    const phone = await logIn('ben', password);
    const input = { currentPassword: password, newPassword: next, endOtherSessions: false };
    expect(await run('changePassword', input, ben)).toEqual({ endedSessionCount: 0, errors: [] });
    expect(phone && (await isSignedIn(phone))).toBe(true);
  });

  it('is no place to guess with a stolen session', async () => {
    const cas = await enter(platform, 'cas');
    const guess = () => run('changePassword', { currentPassword: 'a guess', newPassword: next }, cas);
    for (let attempt = 0; attempt < 10; attempt++) await guess();
    expect((await guess()).errors).toMatchObject([{ code: 'RATE_LIMITED' }]);
  });

  it('is changed by one of two who change it at once', async () => {
    const dee = await enter(platform, 'dee');
    const inputs = ['the first new secret', 'the second new secret'].map((newPassword) => ({
      currentPassword: password,
      newPassword,
    }));
    const answers = await Promise.all(inputs.map((input) => run('changePassword', input, dee)));
    const codes = answers.flatMap(({ errors }) => errors.map(({ code }) => code));
    expect(['CONFLICT', 'WRONG_CREDENTIALS']).toContain(codes[0]);
    expect(codes).toHaveLength(1);
  });
});

describe('a forgotten password', () => {
  it('is chosen anew by the link of a mail, once; all sessions end and the address is the person’s', async () => {
    const eli = await enter(platform, 'eli');
    expect(await run('requestPasswordReset', { handleOrEmail: '@Eli' })).toEqual({ errors: [] });
    const token = await office.token('eli@example.org', reset);
    expect(await run('resetPassword', { token, newPassword: '12345678' })).toEqual(
      failure('WEAK_PASSWORD', 'newPassword'),
    );
    expect(await run('resetPassword', { token, newPassword: 'eli@example.org' })).toEqual(
      failure('WEAK_PASSWORD', 'newPassword'),
    );
    expect(await run('resetPassword', { token, newPassword: next })).toEqual({
      endedSessionCount: 1,
      errors: [],
    });
    expect(await isSignedIn(eli)).toBe(false);
    expect(await run('resetPassword', { token, newPassword: 'yet another secret' })).toEqual(
      failure('LINK_USED', 'token'),
    );
    expect(await logIn('eli@example.org', next)).not.toBeNull();
    const account = await platform.database.account.findUniqueOrThrow({ where: { id: userIdOf(eli.id) } });
    expect(account.emailVerifiedAt).not.toBeNull();
    await office.next('eli@example.org', /password was changed/);
  });

  it('says the same for somebody who does not exist, with the same statements', async () => {
    await enter(platform, 'flo');
    await office.settled();
    const costs = [];
    for (const handleOrEmail of [
      'flo',
      'flo@example.org',
      'nobody_at_all',
      'nobody@example.org',
      '\0',
      ' ',
    ]) {
      platform.statements.length = 0;
      expect(await run('requestPasswordReset', { handleOrEmail })).toEqual({ errors: [] });
      costs.push([...platform.statements].filter((sql) => sql.includes("add_job('reset_password'")));
    }
    expect(costs.map((statements) => statements.length)).toEqual([1, 1, 1, 1, 0, 1]);
    expect(new Set(costs.flat()).size).toBe(1);
    await office.settled();
    // Two requests within a minute are one mail.
    const mails = office.catcher.mails().filter(({ subject }) => reset.test(subject));
    expect(mails.filter(({ to }) => to.includes('flo@example.org'))).toHaveLength(1);
  });

  it('needs a link that is ours and not too old', async () => {
    await enter(platform, 'gus');
    await run('requestPasswordReset', { handleOrEmail: 'gus' });
    const token = await office.token('gus@example.org', reset);
    const forged = token.replace(/^./, token.startsWith('A') ? 'B' : 'A');
    expect(await run('resetPassword', { token: forged, newPassword: next })).toEqual(
      failure('LINK_INVALID', 'token'),
    );
    const foreign = await office.token('gus@example.org', /Is this your/);
    expect(await run('resetPassword', { token: foreign, newPassword: next })).toEqual(
      failure('LINK_INVALID', 'token'),
    );
    await platform.database.$executeRaw`UPDATE mail SET expires_at = now() WHERE kind = 'reset-password'`;
    expect(await run('resetPassword', { token, newPassword: next })).toEqual(
      failure('LINK_EXPIRED', 'token'),
    );
    expect(await logIn('gus', password)).not.toBeNull();
  });

  it('is void once the password was changed, and is used by one of two at once', async () => {
    const ida = await enter(platform, 'ida');
    await run('requestPasswordReset', { handleOrEmail: 'ida' });
    const before = await office.token('ida@example.org', reset);
    await run('changePassword', { currentPassword: password, newPassword: next }, ida);
    expect(await run('resetPassword', { token: before, newPassword: 'yet another secret' })).toEqual(
      failure('LINK_INVALID', 'token'),
    );
    await run('requestPasswordReset', { handleOrEmail: 'ida' });
    const token = await office.token('ida@example.org', reset, 2);
    const answers = await Promise.all(
      [1, 2, 3].map((each) => run('resetPassword', { token, newPassword: `yet another secret ${each}` })),
    );
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
  });

  it('is not mailed to suspended people', async () => {
    const jon = await enter(platform, 'jon');
    await platform.services.suspension.set(userIdOf(jon.id), true, {
      requestId: 'test',
      clientAddress: null,
    });
    await run('requestPasswordReset', { handleOrEmail: 'jon' });
    await office.settled();
    const mails = office.catcher
      .mails()
      .filter(({ to, subject }) => to.includes('jon@example.org') && reset.test(subject));
    expect(mails).toEqual([]);
  });
});
