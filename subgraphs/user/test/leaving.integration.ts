import { tablesScannedBy, tracesInDatabase, tracesInRedis, whileHeld } from '@murmuration/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { purge } from '../src/housekeeping/purge.ts';
import { enqueueErasures } from '../src/leaving/enqueue.ts';
import { erase as eraseAccount } from '../src/leaving/erase.ts';
import { type Actor, actorOf, enter, password } from './support/cast.ts';
import { createPlatform, nobody, type Platform, userIdOf } from './support/platform.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

let platform: Platform;
let office: PostOffice;
let ann: Actor;
let ben: Actor;
let people = 0;
const handles = 'abcdefghjkmnpqrstuvwxyz';

beforeAll(async () => {
  platform = await createPlatform({
    relationLeaseMs: 1,
    accounts: { mailsPerAccount: 0, mailsPerAddress: 0 },
  });
  office = await openPostOffice(platform);
  ben = await enter(platform, 'ben');
});
afterAll(async () => {
  await office.close();
  await platform.close();
});
beforeEach(async () => {
  ann = await enter(platform, `ann_${handles[people++]}`);
});

type Payload = {
  endedSessionCount: number | null;
  erasedAt?: string | null;
  errors: { code: string; path: string[] | null }[];
};

async function leave(mutation: 'deactivateAccount' | 'deleteAccount', given = password, who: Actor = ann) {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
  const fields = mutation === 'deleteAccount' ? 'erasedAt' : '';
  const { data, errors } = await who.run(
    `mutation ($input: ${type}) { left: ${mutation}(input: $input) { endedSessionCount ${fields} errors { code path } } }`,
    { input: { password: given } },
  );
  return data ? (data['left'] as Payload) : (errors?.[0]?.code as string);
}

async function logIn(who: Actor): Promise<Actor | string> {
  const { data } = await platform.run(
    `mutation ($input: LogInInput!) { logIn(input: $input) { user { id handle } accessToken refreshToken errors { code } } }`,
    { input: { handleOrEmail: who.handle, password } },
  );
  const session = data?.['logIn'] as Parameters<typeof actorOf>[1] & { errors: { code: string }[] };
  return session.errors[0]?.code ?? actorOf(platform, session);
}

const isSeen = async (who: Actor, by: Actor) => {
  const { data } = await by.run(`{ user(handle: "${who.handle}") { id } node(id: "${who.id}") { id } }`);
  const found = new Set(Object.values(data ?? {}).map((each) => each !== null));
  expect(found.size).toBe(1);
  return found.has(true);
};
const namesOf = async (list: string, of: Actor, by: Actor) => {
  const { data } =
    await by.run(`{ user(handle: "${of.handle}") { ${list}Count: ${list === 'followers' ? 'followerCount' : 'followingCount'}
    ${list}(first: 5) { edges { node { handle } } } } }`);
  const user = (data?.['user'] ?? {}) as Record<string, { edges: { node: { handle: string } }[] }>;
  return user[list]?.edges.map(({ node }) => node.handle);
};
const lastEvent = async (who: Actor) => {
  const [event] = await platform.database.$queryRaw<{ payload: Record<string, unknown> }[]>`
    SELECT payload FROM outbox WHERE aggregateid = ${String(userIdOf(who.id))} ORDER BY id DESC LIMIT 1`;
  return event?.payload;
};
const erase = (id: bigint, signal = new AbortController().signal) =>
  eraseAccount(platform.database, id, { addresses: platform.addresses, handleRestDays: 90, signal });
const isGone = async (id: bigint) => (await platform.database.account.findUnique({ where: { id } })) === null;
const untilGone = (id: bigint) => vi.waitUntil(() => isGone(id), { timeout: 30_000 });
const jobOf = async (id: bigint) => {
  const [job] = await platform.database.$queryRaw<{ attempts: number; isDue: boolean }[]>`
    SELECT attempts, run_at <= now() AS "isDue" FROM graphile_worker._private_jobs WHERE key = ${`erase ${id}`}`;
  return job ?? null;
};
/** A job of the account that is for tomorrow, after so many of its two attempts. */
async function putJob(id: bigint, attempts: number): Promise<void> {
  const key = `erase ${id}`;
  await platform.database.$executeRaw`
    SELECT id FROM graphile_worker.add_job('erase_account', json_build_object('accountId', ${String(id)}::text),
      run_at := now() + interval '1 day', job_key := ${key}, max_attempts := 2)`;
  await platform.database.$executeRaw`
    UPDATE graphile_worker._private_jobs SET attempts = ${attempts}::smallint WHERE key = ${key}`;
}
/** As if the time of grace had passed. */
const letGracePass = (who: Actor) =>
  platform.database
    .$executeRaw`UPDATE account SET erase_at = now() WHERE id = ${userIdOf(who.id)} AND erase_at IS NOT NULL`;

describe('an account that was deactivated', () => {
  it('is hidden everywhere, signed out, and back as it was by a log-in', async () => {
    await ann.to('followUser', ben);
    const tablet = (await logIn(ann)) as Actor;
    expect(await leave('deactivateAccount')).toEqual({ endedSessionCount: 2, errors: [] });
    expect(await isSeen(ann, ben)).toBe(false);
    expect(await namesOf('followers', ben, ben)).not.toContain(ann.handle);
    expect(await ben.to('followUser', ann)).toEqual(['NotFound']);
    expect(await lastEvent(ann)).toMatchObject({ isSuspended: true });
    const refresh = `mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { errors { code } } }`;
    for (const { refreshToken } of [ann, tablet]) {
      const { data } = await platform.run(refresh, { t: refreshToken });
      expect(data).toEqual({ refreshSession: { errors: [{ code: 'SESSION_ENDED' }] } });
    }
    expect(await platform.services.sessions.listRevoked()).toContain(ann.refreshToken.split('.')[0]);
    // A token of before, where no gateway refuses it yet.
    expect(await leave('deactivateAccount')).toBe('UNAUTHENTICATED');

    expect(await logIn(ann)).toMatchObject({ id: ann.id });
    expect(await isSeen(ann, ben)).toBe(true);
    expect(await namesOf('followers', ben, ben)).toContain(ann.handle);
    expect(await lastEvent(ann)).toMatchObject({ isSuspended: false });
  });

  it('takes the password, and is nobody’s else to leave', async () => {
    expect(await leave('deactivateAccount', 'a guess')).toEqual({
      endedSessionCount: null,
      errors: [{ code: 'WRONG_CREDENTIALS', path: ['password'] }],
    });
    const query = `mutation { deactivateAccount(input: { password: "${password}" }) { errors { code } } }`;
    expect((await platform.run(query)).errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    expect(await isSeen(ann, ben)).toBe(true);
  });

  it('stays suspended when it was, whoever signs in', async () => {
    await leave('deactivateAccount');
    await platform.services.suspension.set(userIdOf(ann.id), true, nobody);
    expect(await logIn(ann)).toBe('ACCOUNT_SUSPENDED');
    await platform.services.suspension.set(userIdOf(ann.id), false, nobody);
    expect(await isSeen(ann, ben)).toBe(false);
    expect(await logIn(ann)).toMatchObject({ id: ann.id });
  });
});

describe('an account that was deleted', () => {
  it('is erased after thirty days; its owner is told, and two tabs at once are told alike', async () => {
    const answers = await Promise.all([leave('deleteAccount'), leave('deleteAccount')]);
    const told = answers.filter((answer) => typeof answer !== 'string');
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told.map(({ erasedAt }) => erasedAt)).size).toBe(1);
    expect(told.map(({ endedSessionCount }) => endedSessionCount)).toContain(1);
    const days = (Date.parse(String(told[0]?.erasedAt)) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
    expect(await isSeen(ann, ben)).toBe(false);
    await office.next(`${ann.handle}@example.org`, /account was deleted/);
    const asked = await platform.database.mail.count({
      where: { accountId: userIdOf(ann.id), kind: 'account-deleted' },
    });
    expect(asked).toBe(1);
    const mails = office.catcher
      .mails()
      .filter(({ subject, to }) => to.includes(`${ann.handle}@example.org`) && /deleted/.test(subject));
    expect(mails).toHaveLength(1);
    // It is too early for it.
    await enqueueErasures(platform.database);
    expect(await jobOf(userIdOf(ann.id))).toBeNull();
  });

  it('is erased by a job made when it is due, again where one was given up or lost, and by one at a time', async () => {
    const id = userIdOf(ann.id);
    await leave('deleteAccount');
    await putJob(id, 1);
    await letGracePass(ann);
    await enqueueErasures(platform.database);
    // One that waits for its next attempt is left alone.
    expect(await jobOf(id)).toEqual({ attempts: 1, isDue: false });
    await putJob(id, 2);
    await Promise.all([enqueueErasures(platform.database), enqueueErasures(platform.database)]);
    await untilGone(id);
  });

  it('takes the password', async () => {
    expect(await leave('deleteAccount', 'a guess')).toMatchObject({
      erasedAt: null,
      errors: [{ code: 'WRONG_CREDENTIALS', path: ['password'] }],
    });
    expect(await isSeen(ann, ben)).toBe(true);
  });

  it('is spared when its owner comes back, even if its job comes at that moment', async () => {
    const id = userIdOf(ann.id);
    await leave('deleteAccount');
    expect(await erase(id)).toBe('too early');
    expect(await logIn(ann)).toMatchObject({ id: ann.id });
    await letGracePass(ann);
    expect(await erase(id)).toBe('too early');
    expect(await isSeen(ann, ben)).toBe(true);
  });

  it('lets nobody in any more once it is being erased, and is erased to its end whoever dies', async () => {
    const id = userIdOf(ann.id);
    await ann.to('followUser', ben);
    await leave('deleteAccount');
    await letGracePass(ann);
    const aborted = AbortSignal.abort(new Error('the worker stops'));
    await expect(erase(id, aborted)).rejects.toThrow('the worker stops');
    expect(await logIn(ann)).toBe('WRONG_CREDENTIALS');
    expect(await Promise.all([erase(id), erase(id)])).toContain('erased');
    expect(await erase(id)).toBe('gone');
    const told = await platform.database.$queryRaw<object[]>`
      SELECT type, payload FROM outbox WHERE aggregatetype = 'erasure' AND aggregateid = ${String(id)}`;
    expect(told).toEqual([{ type: 'erasure.finished', payload: { userId: String(id) } }]);
  });

  it('is erased to its end while another process holds what there is to remove', async () => {
    const id = userIdOf(ann.id);
    await leave('deleteAccount');
    await letGracePass(ann);
    await platform.database.$executeRaw`
      INSERT INTO mute (muter_id, muted_id, active) SELECT ${id}, n, false FROM generate_series(1, 700) n`;
    const first = `DELETE FROM mute WHERE ctid = ANY (ARRAY(SELECT ctid FROM mute WHERE muter_id = ${id} LIMIT 500))`;
    expect(await whileHeld(platform.databaseUrl, first, () => erase(id))).toBe('erased');
    expect(await platform.database.mute.count({ where: { muterId: id } })).toBe(0);
  });

  it('is found, and erased, by indexes alone', async () => {
    const id = userIdOf(ann.id);
    await leave('deleteAccount');
    platform.statements.length = 0;
    await enqueueErasures(platform.database);
    await letGracePass(ann);
    expect(await erase(id)).toBe('erased');
    // The jobs hold no more than what waits.
    const isSmall = (table: string) => /^_private_(?:jobs|tasks)$/.test(table);
    const scanned = await tablesScannedBy(platform.databaseUrl, platform.statements);
    expect(scanned.filter((table) => !isSmall(table))).toEqual([]);
  });

  it('is erased again, and told anew, when an older copy of the database brought it back', async () => {
    const id = userIdOf(ann.id);
    const account = await platform.database.account.findUniqueOrThrow({ where: { id } });
    await leave('deleteAccount');
    await letGracePass(ann);
    await erase(id);
    // The copy knows of no erasure.
    await platform.database.erasure.delete({ where: { accountId: id } });
    await platform.database.reservedHandle.deleteMany();
    await platform.database.account.create({ data: account });
    expect(await logIn(ann)).toMatchObject({ id: ann.id });
    // As docs/operate.md has it.
    await platform.database.$executeRaw`
      UPDATE account SET deactivated_at = coalesce(deactivated_at, now()), erase_at = now(), erasing_at = now()
      WHERE id = ANY (${[id]}::bigint[])`;
    expect(await logIn(ann)).toBe('WRONG_CREDENTIALS');
    await enqueueErasures(platform.database);
    await untilGone(id);
    const told = await platform.database.$queryRaw<{ version: bigint }[]>`
      SELECT version FROM outbox WHERE aggregatetype = 'erasure' AND aggregateid = ${String(id)} ORDER BY id`;
    expect(told).toHaveLength(2);
    expect(told[1]?.version).toBeGreaterThan(told[0]?.version ?? 0n);
  });
});

it('of whom was erased nothing is left but a number', async () => {
  const handle = 'very_unlike_others';
  const zoe = await enter(platform, handle);
  const eve = await enter(platform, 'eve');
  const before = { followers: await countsOf(ben), following: await countsOf(eve) };
  const profile = { displayName: 'Zoë Unlikely', bio: 'an unlikely biography' };
  await zoe.run('mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { id } } }', {
    input: { ...profile, isPrivate: true, handle: 'unlike_anybody' },
  });
  const session = { clientAddress: '198.51.100.7', clientAgent: 'UnlikelyApp/1' };
  const input = { handleOrEmail: `${handle}@example.org`, password, deviceName: 'Unlikely device' };
  await platform.run(
    'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }',
    { input },
    undefined,
    session,
  );
  await zoe.to('followUser', ben);
  await eve.to('followUser', zoe);
  await zoe.to('acceptFollowRequest', eve);
  await ann.to('followUser', zoe);
  await zoe.to('muteUser', ben);
  await ben.to('muteUser', zoe);
  const foe = await enter(platform, 'the_foe');
  await zoe.to('blockUser', foe);
  const fan = await enter(platform, 'the_fan');
  await fan.to('blockUser', zoe);
  await fan.to('unblockUser', zoe);
  await ben.to('followUser', zoe);
  await ben.to('unfollowUser', zoe);
  await ben.to('dismissSuggestion', zoe);
  await zoe.to('dismissSuggestion', fan);
  await zoe.run('{ viewer { suggestedUsers(first: 1) { edges { cursor } } } }');
  await platform.database.suggestion.createMany({
    data: [[zoe, foe] as const, [foe, zoe] as const].map(([of, whom]) => ({
      accountId: userIdOf(of.id),
      suggestedId: userIdOf(whom.id),
      score: 1n,
    })),
  });
  await platform.database.passkey.create({
    data: {
      accountId: userIdOf(zoe.id),
      credentialId: Buffer.from('unlikely'),
      publicKey: Buffer.from(''),
      signCount: 0,
      transports: [],
      isSynced: true,
      name: 'Unlikely key ring',
    },
  });
  await zoe.run(`mutation { requestAccountExport(input: { password: "${password}" }) { errors { code } } }`);
  await office.settled();
  expect(await platform.database.accountExportChunk.count({ where: { accountId: userIdOf(zoe.id) } })).toBe(
    1,
  );
  await leave('deleteAccount', password, zoe);
  await letGracePass(zoe);
  // Typed after that, by somebody who guesses: what the job would look for.
  await platform.database.$executeRaw`SELECT id FROM graphile_worker.add_job('reset_password',
    json_build_object('handleOrEmail', '@Unlike_Anybody'), run_at := now() + interval '1 day')`;

  const id = userIdOf(zoe.id);
  const texts = [
    handle,
    'unlike_anybody',
    ...Object.values(profile),
    'Unlikely',
    'Unlikely key ring',
    '198.51.100',
    String(id),
    zoe.id,
  ];
  const found = await tracesInDatabase(platform.databaseUrl, texts);
  expect(Object.keys(found).sort()).toEqual(texts.filter((text) => text !== zoe.id).sort());
  await enqueueErasures(platform.database);
  await vi.waitUntil(
    async () => !(await tracesInDatabase(platform.databaseUrl, [`erase ${id}`]))[`erase ${id}`],
    {
      timeout: 30_000,
    },
  );
  // The outbox says numbers until its day is retired.
  expect(await tracesInDatabase(platform.databaseUrl, texts)).toEqual({
    [String(id)]: expect.arrayContaining(['erasure', 'outbox']),
  });
  const left = await tracesInDatabase(platform.databaseUrl, [String(id)]);
  expect(left[String(id)]?.filter((table) => table !== 'erasure' && table !== 'outbox')).toEqual([]);
  expect(await tracesInRedis(platform.redis.client, texts)).toEqual({});

  expect({ followers: await countsOf(ben), following: await countsOf(eve) }).toEqual(before);
  expect(await logIn(zoe)).toBe('WRONG_CREDENTIALS');
  expect(await logIn({ ...zoe, handle: `${handle}@example.org` })).toBe('WRONG_CREDENTIALS');
  // Its names, and what looks like them, are nobody's for as long as one that was given up; then they are free again.
  const { database } = platform;
  await purge(database);
  for (const name of [handle, 'unlike_anybody', 'Very_UnIike_Others']) {
    await expect(enter(platform, name), name).rejects.toThrow('Conflict');
  }
  await database.$executeRaw`UPDATE reserved_handle SET reserved_until = reserved_until - interval '90 days'`;
  expect((await enter(platform, handle)).id).not.toBe(zoe.id);
  await purge(database);
  expect(await database.reservedHandle.count()).toBe(0);
});

async function countsOf(who: Actor) {
  const { data } = await who.run('{ viewer { user { followerCount followingCount } } }');
  return data?.['viewer'];
}
