import type { InternalKey } from '@murmuration/config';
import { createHttpServer, type HttpServer } from '@murmuration/service-kit';
import type { PersonDataPlace } from '@murmuration/service-kit/subgraph';
import { tablesIn, unzip } from '@murmuration/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExportSource } from '../src/export/gather.ts';
import { exportLimits, type ExportLimits } from '../src/export/limits.ts';
import { createExportLinks } from '../src/export/links.ts';
import { createExportAccount, ownSource } from '../src/export/make-export.ts';
import { userParts } from '../src/export/person-data.ts';
import { failAbandoned } from '../src/export/repository.ts';
import { exportPath, serveExports } from '../src/export/route.ts';
import { createPostgresStore, Superseded } from '../src/export/store.ts';
import { purge } from '../src/housekeeping/purge.ts';
import { type Actor, enter, password } from './support/cast.ts';
import {
  createPlatform,
  exportUrl,
  keys,
  logger,
  type Platform,
  sealer,
  userIdOf,
} from './support/platform.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

let platform: Platform;
let office: PostOffice;
let server: HttpServer;
let ann: Actor;
let ben: Actor;
let people = 0;

/** What the others hold, and whether they answer. */
const elsewhere: ExportSource = {
  name: 'post',
  async read(personId, place) {
    const part = { name: 'posts', about: 'What you wrote.' };
    if (place === null)
      return { part, rows: [{ text: `one of ${personId}` }], next: { part: 'posts', after: ['1'] } };
    return { part, rows: [{ text: 'two' }], next: null };
  },
};

beforeAll(async () => {
  platform = await createPlatform({ exports: { downloads: 3 } });
  office = await openPostOffice(platform, { exportSources: [elsewhere] });
  server = createHttpServer({ logger, readiness: {} });
  serveExports(server.app, platform.services.exports, exportLimits);
  ben = await enter(platform, 'ben');
});
afterAll(async () => {
  await server.app.close();
  await office.close();
  await platform.close();
});
beforeEach(async () => {
  ann = await enter(platform, `ann_${'abcdefghijk'[people++]}`);
});

interface Asked {
  accountExport: Record<string, unknown> | null;
  errors: { code: string; retryAfter?: number }[];
}
const fields = 'state requestedAt readyAt expiresAt sizeBytes url';
async function ask(who: Actor, input: object = { password }): Promise<Asked> {
  const { data, errors } = await who.run(
    `mutation ($input: RequestAccountExportInput!) { asked: requestAccountExport(input: $input) {
      accountExport { ${fields} } errors { code ... on RateLimited { retryAfter } } } }`,
    { input },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data['asked'] as Asked;
}
async function seen(who: Actor): Promise<Record<string, unknown> | null> {
  const { data } = await who.run(`{ viewer { accountExport { ${fields} } } }`);
  const viewer = data?.['viewer'] as { accountExport: Record<string, unknown> | null };
  return viewer.accountExport;
}
const stateOf = async (who: Actor) => (await seen(who))?.['state'];
const confirm = (who: Actor) =>
  who.run(`mutation { confirmIdentity(input: { password: "${password}" }) { errors { code } } }`);
const verify = (who: Actor) =>
  platform.database.$executeRaw`UPDATE account SET email_verified_at = now() WHERE id = ${userIdOf(who.id)}`;
const rowOf = (who: Actor) =>
  platform.database.accountExport.findUniqueOrThrow({ where: { accountId: userIdOf(who.id) } });
const chunksOf = (who: Actor) =>
  platform.database.accountExportChunk.count({ where: { accountId: userIdOf(who.id) } });
const mailsTo = (who: Actor, subject: RegExp) =>
  office.catcher
    .mails()
    .filter((mail) => mail.to.includes(`${who.handle}@example.org`) && subject.test(mail.subject));
async function fetchAt(url: string) {
  const { pathname, search } = new URL(url);
  expect(pathname).toBe(exportPath);
  return server.app.inject({ method: 'GET', url: `${pathname}${search}` });
}
async function urlOf(who: Actor): Promise<string> {
  await confirm(who);
  return String((await seen(who))?.['url']);
}

/** A task of a worker that is this test's own. */
function worker(source: ExportSource, limits: Partial<ExportLimits> = {}) {
  const { database } = platform;
  const ours = { ...exportLimits, chunkBytes: 1_000, ...limits };
  const sources = [ownSource(database, platform.addresses), source];
  const task = createExportAccount({
    database,
    store: createPostgresStore(database, sealer, ours),
    sources,
    limits: ours,
    logger,
  });
  return async (who: Actor) => {
    const { id } = await rowOf(who);
    await task({ exportId: String(id) }, { jobId: '1', signal: new AbortController().signal });
  };
}
/** As if asked for, and no worker had taken it yet. */
async function askAndHold(who: Actor): Promise<void> {
  await platform.database.$transaction(async (transaction) => {
    await transaction.$executeRaw`INSERT INTO account_export (account_id) VALUES (${userIdOf(who.id)})`;
    await transaction.$executeRaw`
      SELECT FROM account_export e CROSS JOIN LATERAL graphile_worker.add_job('export_account',
        json_build_object('exportId', e.id::text), job_key := 'export ' || e.id, max_attempts := 2,
        run_at := now() + interval '1 day') AS job WHERE e.account_id = ${userIdOf(who.id)}`;
  });
}

it('of every table it was decided whether an export has it', async () => {
  const leftOut = new Set(
    [
      // Secrets, what was made of the rest, and what others may need of whom is gone.
      'recovery_code mail_link account_export account_export_chunk suggestion suggestion_reader account_count account_count_delta',
      'verified_email spent_challenge reserved_handle erasure outbox job_worker feed_identity feed_consumer _prisma_migrations',
    ].flatMap((names) => names.split(' ')),
  );
  const exported = new Set(userParts.map(({ from }) => from.split(' ')[0] ?? ''));
  const undecided = (await tablesIn(platform.databaseUrl)).filter(
    (table) => exported.has(table) === leftOut.has(table),
  );
  expect(undecided).toEqual([]);
});

it('is all that there is of a person, told by mail, and nothing of what others did behind their back', async () => {
  const [foe, shy, gone] = await Promise.all(['foe', 'shy', 'gone'].map((name) => enter(platform, name)));
  if (!foe || !shy || !gone) throw new Error('the cast is not complete');
  await shy.run('mutation { updateProfile(input: { isPrivate: true }) { errors { code } } }');
  for (const [who, did, whom] of [
    [ann, 'followUser', ben],
    [ann, 'followUser', shy],
    [ann, 'followUser', gone],
    [ben, 'followUser', ann],
    [gone, 'followUser', ann],
    [ann, 'blockUser', foe],
    [ann, 'muteUser', ben],
    [ben, 'muteUser', ann],
    [shy, 'blockUser', gone],
    [ann, 'dismissSuggestion', foe],
  ] as const)
    expect(await who.to(did, whom)).toEqual([]);
  // From here on there is nothing of the one, and the other is hidden.
  await foe.to('blockUser', ann);
  await platform.services.suspension.set(userIdOf(gone.id), true, { requestId: 'test', clientAddress: null });
  await verify(ann);
  await platform.database.passkey.create({
    data: {
      accountId: userIdOf(ann.id),
      credentialId: Buffer.from('credential'),
      publicKey: Buffer.from('public key'),
      signCount: 0,
      transports: [],
      isSynced: true,
      name: 'Key ring',
    },
  });
  expect(await ask(ann)).toEqual({
    accountExport: {
      state: 'PENDING',
      requestedAt: expect.any(String),
      readyAt: null,
      expiresAt: null,
      sizeBytes: null,
      url: null,
    },
    errors: [],
  });
  const mail = await office.next(`${ann.handle}@example.org`, /export is ready/);
  await office.settled();
  expect(await seen(ann)).toMatchObject({ state: 'READY', url: null, sizeBytes: expect.any(Number) });
  const url = mail.text.match(/https:\S+/)?.[0] ?? '';
  expect(url.startsWith(`${exportUrl}?token=`)).toBe(true);
  expect(await urlOf(ann)).toBe(url);

  const answer = await fetchAt(url);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/zip',
    'content-length': String((await seen(ann))?.['sizeBytes']),
    'cache-control': 'no-store',
    'content-disposition': expect.stringMatching(
      new RegExp(`^attachment; filename="murmuration-${ann.handle}-20..-..-...zip"$`),
    ),
  });
  const files = await unzip(answer.rawPayload);
  const rows = (name: string) =>
    (files.get(name) ?? 'no such file').split('\n').flatMap((line) => (line ? [JSON.parse(line)] : []));
  expect([...files.keys()]).toEqual([
    ...userParts.map(({ name }) => `user/${name}.ndjson`),
    'post/posts.ndjson',
    'README.txt',
  ]);
  expect(rows('user/account.ndjson')).toEqual([
    expect.objectContaining({
      id: ann.id,
      handle: ann.handle,
      email: `${ann.handle}@example.org`,
      role: 'member',
    }),
  ]);
  expect(rows('user/sessions.ndjson')).toHaveLength(1);
  expect(rows('user/mails.ndjson')).toMatchObject([
    { kind: 'verify-email', to: `${ann.handle}@example.org` },
  ]);
  expect(rows('user/passkeys.ndjson')).toEqual([
    {
      id: expect.any(String),
      name: 'Key ring',
      isSynced: true,
      createdAt: expect.any(String),
      lastUsedAt: null,
    },
  ]);
  const named = (name: string) => rows(`user/${name}.ndjson`).map(({ handle, user }) => `${handle} ${user}`);
  const of = (...actors: Actor[]) => actors.map(({ handle, id }) => `${handle} ${id}`);
  expect(named('following')).toEqual(of(ben));
  expect(named('followers')).toEqual(of(ben));
  expect(named('follow-requests-made')).toEqual(of(shy));
  expect(named('follow-requests-received')).toEqual([]);
  expect([named('blocks'), named('mutes'), named('dismissed-suggestions')]).toEqual([
    of(foe),
    of(ben),
    of(foe),
  ]);
  expect(rows('post/posts.ndjson')).toEqual([{ text: `one of ${userIdOf(ann.id)}` }, { text: 'two' }]);
  expect(files.get('README.txt')).toContain('post/posts.ndjson (2 lines): What you wrote.');
  const all = [...files.values()].join();
  const { passwordHash } = await platform.database.account.findUniqueOrThrow({
    where: { id: userIdOf(ann.id) },
  });
  expect([passwordHash, 'argon2', 'token_hash'].filter((secret) => all.includes(secret))).toEqual([]);
});

describe('who may', () => {
  it('ask for one has shown that it is them, and does so once a day, whoever asks at once', async () => {
    expect(
      await platform.run('mutation { requestAccountExport(input: {}) { errors { code } } }'),
    ).toMatchObject({
      errors: [{ code: 'UNAUTHENTICATED' }],
    });
    expect((await ask(ann, {})).errors).toMatchObject([{ code: 'CONFIRMATION_REQUIRED' }]);
    expect((await ask(ann, { password: 'a guess' })).errors).toMatchObject([{ code: 'WRONG_CREDENTIALS' }]);
    expect(await seen(ann)).toBeNull();
    const both = await Promise.all([ask(ann), ask(ann)]);
    expect(both.map(({ errors }) => errors.map(({ code }) => code)).toSorted()).toEqual([
      [],
      ['RATE_LIMITED'],
    ]);
    await office.settled();
    const { errors } = await ask(ann);
    expect(errors[0]?.retryAfter).toBeGreaterThan(86_000);
    const before = await urlOf(ann);
    await platform.database
      .$executeRaw`UPDATE account_export SET requested_at = requested_at - interval '1 day'
      WHERE account_id = ${userIdOf(ann.id)}`;
    expect((await ask(ann)).errors).toEqual([]);
    await office.settled();
    expect((await fetchAt(before)).statusCode, 'of the one before').toBe(410);
    expect((await fetchAt(await urlOf(ann))).statusCode).toBe(200);
    expect(mailsTo(ann, /export is ready/)).toHaveLength(2);
  });

  it('fetch one has its link: not a forged one, nor another person’s or one that is too old, and not for ever', async () => {
    await ask(ann);
    await ask(ben);
    await office.settled();
    const url = await urlOf(ann);
    const token = new URL(url).searchParams.get('token') ?? '';
    const [id = '', expires = '', mac = ''] = token.split('.');
    const statusAt = async (with_: string) =>
      (await fetchAt(`${exportUrl}?token=${encodeURIComponent(with_)}`)).statusCode;
    const other = new URL(await urlOf(ben)).searchParams.get('token')?.split('.') ?? [];
    for (const forged of [
      '',
      'x',
      `${other[0]}.${expires}.${mac}`,
      `${id}.${Number(expires) + 1}.${mac}`,
      `${id}.${expires}.${'a'.repeat(43)}`,
    ])
      expect(await statusAt(forged), forged).toBe(404);
    const stranger = [{ id: 'x', secret: Buffer.alloc(32) }] as [InternalKey];
    const made = { id: BigInt(id), expiresAt: new Date(Number(expires)) };
    const tokenOf = (keysOf: [InternalKey], expiresAt = made.expiresAt) =>
      new URL(createExportLinks(keysOf, exportUrl).make({ ...made, expiresAt })).searchParams.get('token') ??
      '';
    expect(await statusAt(tokenOf(stranger))).toBe(404);
    expect(await statusAt(tokenOf([keys[0]], new Date(Date.now() - 1)))).toBe(410);
    for (let times = 0; times < 3; times++) expect(await statusAt(token)).toBe(200);
    expect(await statusAt(token), 'as often as it may').toBe(410);
    // Nobody sees another one's.
    expect(await seen(await enter(platform, 'stranger'))).toBeNull();
    await platform.database
      .$executeRaw`UPDATE account_export SET expires_at = now(), downloads = 0 WHERE account_id = ${userIdOf(ann.id)}`;
    expect(await statusAt(token)).toBe(410);
    expect(await seen(ann)).toMatchObject({ state: 'EXPIRED', url: null });
    expect(await chunksOf(ann)).toBe(1);
    await purge(platform.database);
    expect([await chunksOf(ann), await chunksOf(ben)]).toEqual([0, 1]);
  });

  it('read a mail has no link where the address is nobody’s for certain, or a second factor stands before it', async () => {
    await ask(ann);
    const mail = await office.next(`${ann.handle}@example.org`, /export is ready/);
    expect(mail.text).toContain('Sign in to fetch it');
    expect(mail.text).not.toContain('token=');
  });

  it('read a mail alone cannot fetch it any more once the password is another one', async () => {
    await ask(ann);
    await office.settled();
    const url = await urlOf(ann);
    await ann.run(
      `mutation { changePassword(input: { currentPassword: "${password}", newPassword: "quite another one" }) { errors { code } } }`,
    );
    expect((await fetchAt(url)).statusCode).toBe(410);
  });

  it('read a mail alone cannot fetch it any more once the address is another one', async () => {
    await verify(ann);
    await ask(ann);
    await office.settled();
    const url = await urlOf(ann);
    const newEmail = `${ann.handle}@new.example`;
    await ann.run(
      `mutation { changeEmail(input: { newEmail: "${newEmail}", password: "${password}" }) { errors { code } } }`,
    );
    expect((await fetchAt(url)).statusCode).toBe(200);
    const token = await office.token(newEmail, /new e-mail/);
    await platform.run(`mutation { confirmEmailChange(input: { token: "${token}" }) { errors { code } } }`);
    expect((await fetchAt(url)).statusCode).toBe(410);
  });
});

describe('whoever makes it', () => {
  it('begins anew where another one died, and of one that was only taken for dead nothing is used', async () => {
    await askAndHold(ann);
    const { promise: isAsleep, resolve: fallAsleep } = Promise.withResolvers<void>();
    const { promise: isAwake, resolve: wake } = Promise.withResolvers<void>();
    const slow: ExportSource = {
      name: 'post',
      async read(personId, place, signal) {
        // Some of it is written by then.
        if (place?.after?.[0] === 'more') {
          fallAsleep();
          await isAwake;
          return elsewhere.read(personId, { part: 'posts', after: ['1'] }, signal);
        }
        const rows = Array.from({ length: 2_000 }, () => ({ text: crypto.randomUUID() }));
        return {
          part: { name: 'posts', about: '' },
          rows,
          next: { part: 'posts', after: ['more'] } as PersonDataPlace,
        };
      },
    };
    const sleeping = worker(slow)(ann);
    sleeping.catch(() => undefined);
    await isAsleep;
    await expect.poll(() => chunksOf(ann)).toBeGreaterThan(1);
    await worker(elsewhere)(ann);
    wake();
    await expect(sleeping).rejects.toThrow(Superseded);
    // And once more, whose death was noted before its end.
    await worker(elsewhere)(ann);
    await office.next(`${ann.handle}@example.org`, /export is ready/);
    const files = await unzip((await fetchAt(await urlOf(ann))).rawPayload);
    expect(files.get('post/posts.ndjson')).toBe(`{"text":"one of ${userIdOf(ann.id)}"}\n{"text":"two"}\n`);
    expect(mailsTo(ann, /export/)).toHaveLength(1);
  });

  it('tries again while a part is away, and says so, once, when it was given up', async () => {
    await askAndHold(ann);
    const away: ExportSource = { name: 'post', read: () => Promise.reject(new Error('post is away')) };
    const late: ExportSource = {
      ...elsewhere,
      read: (personId, place, signal) =>
        place === null ? elsewhere.read(personId, null, signal) : away.read(personId, place, signal),
    };
    for (const part of [away, late]) await expect(worker(part)(ann)).rejects.toThrow('post is away');
    expect(await stateOf(ann)).toBe('PENDING');
    expect(await failAbandoned(platform.database, { atOnce: 10 }), 'it comes again').toBe(0);
    await platform.database.$executeRaw`
      UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE key LIKE 'export %'`;
    expect(await failAbandoned(platform.database, { atOnce: 10 })).toBe(1);
    expect(await failAbandoned(platform.database, { atOnce: 10 })).toBe(0);
    expect(await seen(ann)).toMatchObject({ state: 'FAILED', url: null });
    await office.next(`${ann.handle}@example.org`, /could not be made/);
    await purge(platform.database);
    expect([mailsTo(ann, /export/).length, await chunksOf(ann)]).toEqual([1, 0]);
    // Too late: nobody waits for it any more.
    await worker(elsewhere)(ann);
    expect(await stateOf(ann)).toBe('FAILED');
  });

  it('makes none that is larger than it may be', async () => {
    await askAndHold(ann);
    await worker(elsewhere, { maxBytes: 500 })(ann);
    expect(await stateOf(ann)).toBe('FAILED');
    await office.next(`${ann.handle}@example.org`, /could not be made/);
  });
});
