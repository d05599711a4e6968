import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { createBlindIndex, createEnvironmentKeys, createSealer } from '@murmuration/service-kit';
import { tracesInDatabase } from '@murmuration/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCredentials } from '../src/accounts/repository.ts';
import { takenField } from '../src/accounts/taken.ts';
import { type Addresses, type AddressOptions, emailIndexPurpose } from '../src/addresses/addresses.ts';
import { verifyAddress } from '../src/addresses/repository.ts';
import { resealAddresses, type ResealLimits, resealLimits } from '../src/addresses/reseal.ts';
import { mailDueDigests } from '../src/digests/repository.ts';
import { createMailTransport } from '../src/mail/transport.ts';
import { transact } from '../src/statements.ts';
import { type Actor, enter, password } from './support/cast.ts';
import {
  createPlatform,
  dataKey,
  indexKey,
  logger,
  openAddresses,
  type Platform,
  userIdOf,
} from './support/platform.ts';
import { openPostOffice } from './support/post-office.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await createPlatform();
});
afterAll(() => platform.close());

const nextData = { id: 'd2', secret: randomBytes(32) };
const nextIndex = { id: 'i2', secret: randomBytes(32) };
type Keys = readonly [typeof dataKey, ...(typeof dataKey)[]];

/** What a process with these keys has. */
function withKeys(data: Keys, index: Keys, options: Partial<AddressOptions> = {}): Addresses {
  return openAddresses(platform.database, {
    sealer: createSealer(createEnvironmentKeys([...data])),
    index: createBlindIndex([...index], emailIndexPurpose),
    ...options,
  });
}
const present = () => openAddresses(platform.database);

const handleBy = async (addresses: Addresses, email: string) =>
  (await findCredentials(platform.database, addresses, email))?.handle;

const reseal = (addresses: Addresses, limits: Partial<ResealLimits> = {}) =>
  resealAddresses(platform.database, addresses, logger, { ...resealLimits, ...limits });

/** As a version of before, or an import of one, has left it. */
async function insertInClear(handle: string, isVerified = false): Promise<bigint> {
  const email = `${handle}@Old.example`;
  const [row] = await platform.database.$queryRaw<{ id: bigint }[]>`
    INSERT INTO account (handle, email, email_key, password_hash, display_name, email_verified_at)
    VALUES (${handle}, ${email}, lower(${email}), 'none', 'Old', CASE WHEN ${isVerified} THEN now() END) RETURNING id`;
  return row?.id ?? 0n;
}

/** @returns `email` when another account has it */
async function verify(addresses: Addresses, id: bigint, email: string) {
  const address = await addresses.seal(id, email);
  try {
    return await transact(platform.database, (each) => verifyAddress(each, addresses, id, address));
  } catch (error) {
    return takenField(error);
  }
}

const everything = () => platform.database.$queryRaw`
  SELECT (SELECT json_agg(a ORDER BY id)::text FROM account a) AS accounts, (SELECT json_agg(m ORDER BY id)::text FROM mail m) AS mails,
    (SELECT json_agg(v ORDER BY digest)::text FROM verified_email v) AS verified`;

it('no address stands in clear in any table, whatever people do', async () => {
  const refusing = await startRefusingServer();
  const unmistakable = [
    'quail_9@example.org',
    'plover.secret@new.example',
    'nobody.at.all@far.example',
  ] as const;
  const [own, newEmail, unknown] = unmistakable;
  const quail = await enter(platform, 'quail_9');
  const ask = (mutation: string, input: object) =>
    quail.run(
      `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { errors { code } } }`,
      { input },
    );
  await ask('changeEmail', { newEmail, password });
  await ask('updateMailDigest', { every: 'DAILY' });
  await ask('requestAccountExport', { password });
  for (const handleOrEmail of [own, unknown]) {
    expect((await ask('requestPasswordReset', { handleOrEmail })).errors).toBeUndefined();
  }
  await platform.database.$executeRaw`UPDATE mail_digest SET due_at = now()`;
  await mailDueDigests(platform.database);
  expect(await tracesInDatabase(platform.databaseUrl, unmistakable)).toEqual({});
  // The server says the address when it refuses it, and a failed job keeps what was said.
  const transport = createMailTransport({ url: refusing.url, from: 'a@example.org' });
  const message = { messageId: '<1@example.org>', to: own, subject: 'x', text: 'y' };
  await expect(transport.send(message)).rejects.toMatchObject({
    message: expect.stringMatching(/550 \(address\) is unknown/),
    responseCode: 550,
  });
  transport.close();
  await refusing.close();

  const office = await openPostOffice(platform);
  await office.next(own, /Is this your/);
  await office.next(own, /export is ready/);
  const token = await office.token(newEmail, /new e-mail/);
  expect(await handleBy(platform.addresses, own.toUpperCase())).toBe('quail_9');
  const { data } = await platform.run(
    'mutation ($input: ConfirmEmailChangeInput!) { confirmEmailChange(input: $input) { email } }',
    { input: { token } },
  );
  expect(data).toEqual({ confirmEmailChange: { email: newEmail } });
  await office.next(own, /was changed/);
  await office.next(own, /A new password/);
  await office.close();
  expect(await handleBy(platform.addresses, newEmail)).toBe('quail_9');
  expect(await handleBy(platform.addresses, own)).toBeUndefined();
  expect(await tracesInDatabase(platform.databaseUrl, unmistakable)).toEqual({});
});

/** Takes mails for nobody. */
async function startRefusingServer(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((socket) => {
    socket.write('220 here\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (line) => {
      const to = /^RCPT TO:<(.*)>/.exec(String(line))?.[1];
      socket.write(to ? `550 ${to} is unknown\r\n` : '250 yes\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { url: `smtp://127.0.0.1:${port}?requireTLS=false`, close };
}

describe('of those who verify one address at once', () => {
  const email = 'wanted@example.org';
  async function claim(handle: string): Promise<bigint> {
    const id = userIdOf((await enter(platform, handle)).id);
    const address = await present().seal(id, email);
    await platform.database.account.update({
      where: { id },
      data: {
        emailSealed: address.emailSealed,
        emailDigest: address.digests[0].digest,
        emailKeys: address.keys,
      },
    });
    return id;
  }

  it('one has it, between any two steps of a rotation', async () => {
    const claims = await Promise.all(['claim_a', 'claim_b', 'claim_c', 'claim_d'].map(claim));
    const steps: [Addresses, Addresses][] = [
      [present(), withKeys([dataKey], [indexKey, nextIndex])],
      [withKeys([dataKey], [indexKey, nextIndex]), withKeys([dataKey], [nextIndex, indexKey])],
    ];
    for (const [before, after] of steps) {
      const outcomes = await Promise.all(
        claims.map((id, place) => verify(place % 2 ? after : before, id, email)),
      );
      expect(outcomes.toSorted()).toEqual(['email', 'email', 'email', true]);
      await platform.database
        .$executeRaw`UPDATE account SET email_verified_at = NULL WHERE id = ANY(${claims}::bigint[])`;
      await reseal(present());
      expect(await platform.database.verifiedEmail.count({ where: { accountId: { in: claims } } })).toBe(0);
    }
  });
});

describe('addresses that a version of before left in clear', () => {
  let ids: bigint[];
  beforeAll(async () => {
    ids = await Promise.all(
      ['old_a', 'old_b', 'old_c', 'old_d', 'old_e'].map((handle) => insertInClear(handle)),
    );
    ids.push(await insertInClear('old_owner', true));
  });

  it('belong to whom they belonged', async () => {
    expect(await handleBy(platform.addresses, 'OLD_A@old.example')).toBe('old_a');
    const thief = userIdOf((await enter(platform, 'thief')).id);
    await platform.database.account.update({
      where: { id: thief },
      data: { email: 'old_owner@old.example', emailKey: 'old_owner@old.example' },
    });
    expect(await verify(present(), thief, 'old_owner@old.example')).toBe('email');
    await platform.database.account.delete({ where: { id: thief } });
  });

  it('are sealed by who goes on where another died', async () => {
    const inClear = () => platform.database.account.count({ where: { email: { not: null } } });
    let seals = 0;
    const dying: Addresses = {
      ...present(),
      seal: async (...of) => {
        if (++seals > 3) throw new Error('killed');
        return present().seal(...of);
      },
    };
    await expect(reseal(dying, { rowsAtOnce: 2 })).rejects.toThrow('killed');
    expect(await inClear()).toBe(4);
    for (const handle of ['old_a', 'old_e']) {
      expect(await handleBy(platform.addresses, `${handle}@old.example`)).toBe(handle);
    }
    expect(await reseal(present(), { rowsAtOnce: 1, transactions: 1 })).toBe(1);
    const both = await Promise.all([1, 2].map(() => reseal(present(), { rowsAtOnce: 1 })));
    expect(both.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(await inClear()).toBe(0);
    expect(await handleBy(platform.addresses, 'old_owner@old.example')).toBe('old_owner');
    expect(await tracesInDatabase(platform.databaseUrl, ['@old.example'])).toEqual({});
    const account = await platform.database.account.findUniqueOrThrow({ where: { id: ids[0] ?? 0n } });
    // As it was typed.
    expect(await platform.addresses.open(account.id, account)).toBe('old_a@Old.example');
    expect(await reseal(present())).toBe(0);
  });

  it('stand there again while one runs, and what it writes is true', async () => {
    const mixed = openAddresses(platform.database, { isInClear: true });
    await reseal(mixed);
    const id = ids[1] ?? 0n;
    expect(await platform.database.account.findUnique({ where: { id } })).toMatchObject({
      email: 'old_b@Old.example',
      emailKey: 'old_b@old.example',
    });
    // As it changes an address, and then lets it be verified.
    await platform.database.$executeRaw`
      UPDATE account SET email = 'Moved@old.example', email_key = 'moved@old.example', email_verified_at = now() WHERE id = ${id}`;
    expect(await handleBy(mixed, 'old_b@old.example')).toBeUndefined();
    expect(await handleBy(mixed, 'moved@old.example')).toBe('old_b');
    expect(await verify(mixed, ids[2] ?? 0n, 'moved@old.example')).toBe(false);
    await reseal(present());
    expect(await handleBy(present(), 'moved@old.example')).toBe('old_b');
    expect(await platform.database.verifiedEmail.count({ where: { accountId: id } })).toBe(1);
    expect(await tracesInDatabase(platform.databaseUrl, ['@old.example'])).toEqual({});
  });
});

it('other keys than the database’s find nobody, and change nothing', async () => {
  const before = await everything();
  const foreign = { ...indexKey, secret: randomBytes(32) };
  for (const wrong of [
    withKeys([dataKey], [foreign]),
    withKeys([dataKey], [nextIndex]),
    withKeys([nextData], [indexKey]),
    withKeys([{ ...dataKey, secret: randomBytes(32) }], [indexKey]),
  ]) {
    const refused = { name: 'WrongKeys', code: 'WRONG_KEYS' };
    await expect(wrong.ready()).rejects.toMatchObject(refused);
    await expect(wrong.seal(1n, 'a@example.org')).rejects.toMatchObject(refused);
    await expect(wrong.find('a@example.org')).rejects.toMatchObject(refused);
    await expect(reseal(wrong)).rejects.toMatchObject(refused);
  }
  expect(await everything()).toEqual(before);
});

it('both keys are replaced step by step, and the old ones forgotten', async () => {
  const rita: Actor = await enter(platform, 'rita');
  const id = userIdOf(rita.id);
  const email = 'rita@example.org';
  expect(await verify(present(), id, email)).toBe(true);
  const appended = withKeys([dataKey, nextData], [indexKey, nextIndex]);
  const signing = withKeys([nextData, dataKey], [nextIndex, indexKey]);
  const forgotten = withKeys([nextData], [nextIndex]);
  await expect(forgotten.ready()).rejects.toMatchObject({ code: 'WRONG_KEYS' });
  expect(await reseal(appended)).toBe(0);
  for (const process of [present(), appended, signing]) expect(await handleBy(process, email)).toBe('rita');
  expect(await reseal(signing)).toBeGreaterThan(5);
  expect(await reseal(signing)).toBe(0);
  for (const process of [appended, signing, forgotten]) expect(await handleBy(process, email)).toBe('rita');
  expect(await platform.database.verifiedEmail.count({ where: { accountId: id } })).toBe(2);
  expect(await reseal(forgotten)).toBe(0);
  expect(await platform.database.verifiedEmail.count({ where: { keyId: 'i1' } })).toBe(0);
  const rival = userIdOf((await enter(platform, 'rival')).id);
  expect(await rivalTakes(forgotten, rival, email)).toBe('email');
});

async function rivalTakes(addresses: Addresses, id: bigint, email: string) {
  const { digests, emailSealed, keys } = await addresses.seal(id, email);
  await platform.database.account.update({
    where: { id },
    data: { emailSealed, emailDigest: digests[0].digest, emailKeys: keys },
  });
  return verify(addresses, id, email);
}
