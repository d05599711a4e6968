import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, createCast, enter, password } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

let platform: Platform;
let office: PostOffice;
let bob: Actor;
let carol: Actor;

beforeAll(async () => {
  platform = await createPlatform({ accounts: { mailsPerAccount: 0 } });
  office = await openPostOffice(platform);
  ({ bob, carol } = await createCast(platform));
});
afterAll(async () => {
  await office.close();
  await platform.close();
});

type Outcome = { email?: string | null; errors: { code: string; path: string[] | null }[] };

async function change(name: string, input: Record<string, unknown> | null, who?: Actor): Promise<Outcome> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const hasEmail = ['verifyEmail', 'confirmEmailChange', 'undoEmailChange'].includes(name);
  const head = input === null ? 'mutation' : `mutation ($input: ${type}Input!)`;
  const query = `${head} { outcome: ${name}${input === null ? '' : '(input: $input)'} {
    ${hasEmail ? 'email' : ''} errors { code path } } }`;
  const { data, errors } = await platform.run(query, { input }, who?.identity);
  if (!data) throw new Error(JSON.stringify(errors));
  return data['outcome'] as Outcome;
}
const byLink = (name: string, token: string) => change(name, { token });
const refused = (code: string) => ({ email: null, errors: [{ code, path: ['token'] }] });
const changed = /was changed/;
const question = /Is this your/;

async function accountOf(who: Actor) {
  const id = userIdOf(who.id);
  const account = await platform.database.account.findUniqueOrThrow({ where: { id } });
  return { ...account, email: await platform.addresses.open(id, account) };
}
async function age(kind: string, by: string) {
  await platform.database.$executeRawUnsafe(
    `UPDATE mail SET expires_at = expires_at - interval '${by}', created_at = created_at - interval '${by}' WHERE kind = '${kind}'`,
  );
}

describe('an address', () => {
  it('is asked whether it is the person’s, and is theirs once the link was followed', async () => {
    const mail = await office.next('bob@example.org', question);
    expect(mail).toMatchObject({ from: 'no-reply@example.org', to: ['bob@example.org'] });
    expect(mail.messageId).toMatch(/^<\d+@example\.org>$/);
    expect((await accountOf(bob)).emailVerifiedAt).toBeNull();
    const token = await office.token('bob@example.org', question);
    expect(await byLink('verifyEmail', token)).toEqual({ email: 'bob@example.org', errors: [] });
    expect((await accountOf(bob)).emailVerifiedAt).not.toBeNull();
    // People click twice, and answers get lost.
    expect(await byLink('verifyEmail', token)).toEqual({ email: 'bob@example.org', errors: [] });
  });

  it('needs a link that is ours, of this kind and not too old', async () => {
    const token = await office.token('carol@example.org', question);
    expect(await byLink('verifyEmail', 'forged')).toEqual(refused('LINK_INVALID'));
    expect(await byLink('verifyEmail', 'x'.repeat(43))).toEqual(refused('LINK_INVALID'));
    expect(await byLink('verifyEmail', `${token}\0`)).toEqual(refused('LINK_INVALID'));
    expect(await byLink('undoEmailChange', token)).toEqual(refused('LINK_INVALID'));
    await age('verify-email', '4 days');
    expect(await byLink('verifyEmail', token)).toEqual(refused('LINK_EXPIRED'));
    expect((await accountOf(carol)).emailVerifiedAt).toBeNull();
    expect(await change('sendEmailVerification', null, carol)).toEqual({ errors: [] });
    const again = await office.token('carol@example.org', question, 2);
    expect(await byLink('verifyEmail', again)).toEqual({ email: 'carol@example.org', errors: [] });
    expect(await change('sendEmailVerification', null, carol)).toEqual({ errors: [] });
    await office.settled();
    const mails = office.catcher.mails().filter(({ to }) => to.includes('carol@example.org'));
    expect(mails).toHaveLength(2);
  });

  it('is asked for by whoever is signed in', async () => {
    const { errors } = await platform.run('mutation { sendEmailVerification { errors { code } } }');
    expect(errors?.[0]?.code).toBe('UNAUTHENTICATED');
  });

  it('may be claimed by several, and belongs to the one who reads its mails', async () => {
    const squatter = await enterWith('squatter', 'wren@example.org');
    const owner = await enterWith('wren', 'wren@example.org');
    // The oldest of those who only claim it.
    expect(await handleOf('wren@example.org')).toBe('squatter');
    const sent = await office.next('wren@example.org', question, 2);
    const mine = office.catcher.mails().find(({ text }) => text.includes('@wren,'));
    expect(mine).toBeDefined();
    expect(sent.to).toEqual(['wren@example.org']);
    const token = /#token=(\S+)/.exec(String(mine?.text))?.[1] ?? '';
    expect(await byLink('verifyEmail', token)).toMatchObject({ errors: [] });
    expect(await handleOf('WREN@example.org')).toBe('wren');
    const theirs = office.catcher.mails().find(({ text }) => text.includes('@squatter,'));
    const other = /#token=(\S+)/.exec(String(theirs?.text))?.[1] ?? '';
    expect((await byLink('verifyEmail', other)).errors).toEqual([{ code: 'EMAIL_TAKEN', path: null }]);
    expect((await accountOf(squatter)).emailVerifiedAt).toBeNull();
    expect((await accountOf(owner)).emailVerifiedAt).not.toBeNull();
  });
});

async function enterWith(handle: string, email: string): Promise<Actor> {
  const actor = await enter(platform, handle);
  // As a version of before would: what was sealed is not true any more.
  await platform.database.account.update({
    where: { id: userIdOf(actor.id) },
    data: { email, emailKey: email },
  });
  await change('sendEmailVerification', null, actor);
  return actor;
}

async function handleOf(email: string): Promise<string | undefined> {
  const { data } = await platform.run(
    'mutation ($input: LogInInput!) { logIn(input: $input) { user { handle } } }',
    { input: { handleOrEmail: email, password } },
  );
  const { user } = (data ?? {})['logIn'] as { user: { handle: string } | null };
  return user?.handle;
}

describe('a change of the address', () => {
  it('takes the password, the new address’s word, and tells the old one', async () => {
    const dan = await enter(platform, 'dan');
    const ask = (input: Record<string, unknown>) => change('changeEmail', input, dan);
    expect((await ask({ newEmail: 'dan@new.example', password: 'a guess' })).errors).toEqual([
      { code: 'WRONG_CREDENTIALS', path: ['password'] },
    ]);
    expect((await ask({ newEmail: 'nowhere', password })).errors).toEqual([
      { code: 'INVALID_VALUE', path: ['newEmail'] },
    ]);
    expect((await ask({ newEmail: 'Dan@example.org', password })).errors).toEqual([
      { code: 'INVALID_VALUE', path: ['newEmail'] },
    ]);
    // Whether somebody has it is told to nobody who only names it.
    expect(await ask({ newEmail: 'bob@example.org', password })).toEqual({ errors: [] });
    const foreign = await office.token('bob@example.org', /new e-mail/);
    expect(await ask({ newEmail: 'dan@old.example', password })).toEqual({ errors: [] });
    const voided = await office.token('dan@old.example', /new e-mail/);
    expect(await ask({ newEmail: 'dan@new.example', password })).toEqual({ errors: [] });
    const token = await office.token('dan@new.example', /new e-mail/);
    expect(await byLink('confirmEmailChange', foreign)).toEqual(refused('LINK_INVALID'));
    expect(await byLink('confirmEmailChange', voided)).toEqual(refused('LINK_INVALID'));
    expect((await accountOf(dan)).email).toBe('dan@example.org');
    expect(await byLink('confirmEmailChange', token)).toEqual({ email: 'dan@new.example', errors: [] });
    expect(await byLink('confirmEmailChange', token)).toEqual(refused('LINK_USED'));
    expect(await accountOf(dan)).toMatchObject({ email: 'dan@new.example', emailKey: null });
    await office.next('dan@example.org', changed);
    // What was sent to the old address opens nothing any more.
    const old = await office.token('dan@example.org', question);
    expect(await byLink('verifyEmail', old)).toEqual(refused('LINK_INVALID'));
  });

  it('to an address of somebody else is told to that address alone, and changes nothing', async () => {
    const eve = await enter(platform, 'eve');
    await change('changeEmail', { newEmail: 'bob@example.org', password }, eve);
    const token = await office.token('bob@example.org', /new e-mail/, 2);
    expect((await byLink('confirmEmailChange', token)).errors).toEqual([{ code: 'EMAIL_TAKEN', path: null }]);
    expect((await accountOf(eve)).email).toBe('eve@example.org');
    expect((await accountOf(bob)).email).toBe('bob@example.org');
  });

  it('is taken back from the old address, whoever changed it how often since', async () => {
    const fay = await enter(platform, 'fay');
    for (const newEmail of ['thief@one.example', 'thief@two.example']) {
      await change('changeEmail', { newEmail, password }, fay);
      const token = await office.token(newEmail, /new e-mail/);
      expect((await byLink('confirmEmailChange', token)).errors).toEqual([]);
    }
    await platform.database.$executeRaw`
      INSERT INTO passkey (account_id, credential_id, public_key, sign_count, transports, is_synced)
      VALUES (${userIdOf(fay.id)}, '', '', 0, '{}', false)`;
    const undo = await office.token('fay@example.org', changed);
    const thiefs = await office.token('thief@one.example', changed);
    expect(await byLink('undoEmailChange', undo)).toEqual({ email: 'fay@example.org', errors: [] });
    expect(await accountOf(fay)).toMatchObject({ email: 'fay@example.org' });
    expect((await accountOf(fay)).emailVerifiedAt).not.toBeNull();
    expect(await byLink('undoEmailChange', thiefs)).toEqual(refused('LINK_INVALID'));
    // The thief's own.
    expect(await platform.database.passkey.count()).toBe(0);
    const sessions = await platform.database.session.findMany({ where: { accountId: userIdOf(fay.id) } });
    expect(sessions.map(({ revokedAt }) => revokedAt !== null)).toEqual([true]);
    await office.next('fay@example.org', /A new password/);
  });

  it('happens once, whichever of two tabs is faster', async () => {
    const gil = await enter(platform, 'gil');
    await change('changeEmail', { newEmail: 'gil@new.example', password }, gil);
    const token = await office.token('gil@new.example', /new e-mail/);
    const answers = await Promise.all([1, 2, 3].map(() => byLink('confirmEmailChange', token)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    await office.settled();
    expect(office.catcher.mails().filter(({ to }) => to.includes('gil@example.org'))).toHaveLength(2);
  });
});

it('mails are limited for each account, and for each address a day', async () => {
  const strict = await createPlatform({ accounts: { mailsPerAccount: 2 } });
  const desk = await openPostOffice(strict, { perAddressADay: 2 });
  try {
    const hal = await enter(strict, 'hal');
    const ask = async () => {
      const { data } = await hal.run('mutation { sendEmailVerification { errors { code } } }');
      return (data as Record<string, Outcome>)['sendEmailVerification']?.errors.map(({ code }) => code);
    };
    expect([await ask(), await ask(), await ask()]).toEqual([[], [], ['RATE_LIMITED']]);
    await desk.settled();
    // One of the sign-up, two asked for: the third is not sent.
    expect(desk.catcher.mails()).toHaveLength(2);
  } finally {
    await desk.close();
    await strict.close();
  }
});
