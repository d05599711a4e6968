import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findByHandles } from '../src/internal/handles.ts';
import { type Actor, enter } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await createPlatform({ accounts: { handleRestDays: 90, restingHandles: 3 } });
});
afterAll(() => platform.close());

const update = `mutation ($handle: String!) { updateProfile(input: { handle: $handle }) {
  user { handle } errors { __typename ... on RateLimited { retryAfter } } } }`;

async function rename(person: Actor, handle: string): Promise<string[]> {
  const { data, errors } = await person.run(update, { handle });
  if (errors) throw new Error(JSON.stringify(errors));
  const payload = data?.['updateProfile'] as { errors: { __typename: string }[] };
  return payload.errors.map((error) => error.__typename);
}

async function isFree(handle: string): Promise<boolean> {
  try {
    await enter(platform, handle);
    return true;
  } catch (error) {
    if (String(error).includes('Conflict')) return false;
    throw error;
  }
}

/** The handle of whom a handle leads to. */
async function leadsTo(handle: string, viewer?: Actor): Promise<string | null> {
  const query = 'query ($h: String!) { user(handle: $h) { handle } }';
  const { data } = await platform.run(query, { h: handle }, viewer?.identity);
  return (data?.['user'] as { handle: string } | null)?.handle ?? null;
}

/** As if the handles at rest had been given up that much longer ago. */
const letDaysPass = (days: number) =>
  platform.database
    .$executeRaw`UPDATE resting_handle SET rests_until = rests_until - ${days} * interval '1 day'`;

describe('two handles', () => {
  it.each([
    ['neil', 'nell'],
    ['burn', 'bum'],
    ['modern', 'modem'],
    ['kai_s', 'kal_s'],
  ])('%s and %s are two people’s', async (one, other) => {
    expect([await isFree(one), await isFree(other)]).toEqual([true, true]);
  });

  it.each([
    ['paypal', 'paypaI'],
    ['bob_0', 'B_O_b_o'],
    ['wow', 'vvow'],
    ['lol1', 'l0ll'],
    ['IDA', 'lda'],
    ['ian', 'Ian'],
  ])('%s is mistaken for %s', async (one, other) => {
    expect([await isFree(one), await isFree(other)]).toEqual([true, false]);
  });
});

describe('a handle that was given up', () => {
  it('leads to its old owner, and is nobody else’s to take, nor what looks like it', async () => {
    const pat = await enter(platform, 'patricia');
    const rival = await enter(platform, 'rival');
    expect(await rename(pat, 'pat_now')).toEqual([]);
    expect([await leadsTo('patricia'), await leadsTo('@Patricia'), await leadsTo('pat_now')]).toEqual([
      'pat_now',
      'pat_now',
      'pat_now',
    ]);
    expect(await findByHandles(platform.database, ['PATRICIA'])).toEqual([
      { id: userIdOf(pat.id).toString() },
    ]);
    for (const handle of ['patricia', 'Pat_ricia', 'patr_1_c_1_a'.replaceAll('1', 'i'), 'PatricIa']) {
      expect(await rename(rival, handle)).toEqual(['Conflict']);
      expect(await isFree(handle)).toBe(false);
    }
    await pat.to('blockUser', rival);
    expect(await leadsTo('patricia', rival)).toBeNull();
  });

  it('is free when it has rested', async () => {
    const quentin = await enter(platform, 'quentin');
    await rename(quentin, 'quentin_too');
    const heir = await enter(platform, 'heir');
    await letDaysPass(89.9);
    expect(await rename(heir, 'quentin')).toEqual(['Conflict']);
    await letDaysPass(0.2);
    expect(await leadsTo('quentin')).toBeNull();
    expect(await rename(heir, 'quentin')).toEqual([]);
    expect(await leadsTo('quentin')).toBe('quentin');
  });

  it('may be taken back', async () => {
    const rita = await enter(platform, 'rita');
    expect([await rename(rita, 'margarita'), await rename(rita, 'Rita')]).toEqual([[], []]);
    expect([await leadsTo('rita'), await leadsTo('margarita')]).toEqual(['Rita', 'Rita']);
    expect(await isFree('margarita')).toBe(false);
  });

  it('goes to nobody who takes it at the very moment', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `moment_${'abcde'[round]}`;
      const [owner, thief] = [await enter(platform, name), await enter(platform, `thief_${'abcde'[round]}`)];
      const taking = Array.from({ length: 5 }, () => rename(thief, name));
      const [given, ...taken] = await Promise.all([rename(owner, `${name}_gone`), ...taking]);
      expect(given).toEqual([]);
      expect(taken.flat()).toEqual(Array.from({ length: 5 }, () => 'Conflict'));
      expect(await leadsTo(name)).toBe(`${name}_gone`);
    }
  });

  it('is one of a few at a time, however fast they are given up', async () => {
    const sam = await enter(platform, 'sam_0');
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, n) => rename(sam, `sam_${'abcdef'[n]}_x`)),
    );
    expect(results.flat()).toEqual(Array.from({ length: 3 }, () => 'RateLimited'));
    const { data } = await sam.run(update, { handle: 'one_more' });
    const payload = data?.['updateProfile'] as { errors: { retryAfter: number }[] };
    expect(payload.errors[0]?.retryAfter).toBeGreaterThan(89 * 86_400);
    expect(await rename(sam, 'sam_0')).toEqual([]);
  });
});

it('keys of before, which kept more names from people, are made anew', async () => {
  const { database } = platform;
  const vivi = await enter(platform, 'vivi_an');
  await database.$executeRaw`ALTER TABLE account DISABLE TRIGGER account_handle_key`;
  await database.$executeRaw`UPDATE account SET handle_key = 'vlvlan' WHERE id = ${userIdOf(vivi.id)}`;
  await database.$executeRaw`ALTER TABLE account ENABLE TRIGGER account_handle_key`;
  const file = '../../../prisma/user/migrations/20261128000001_handle_keys/migration.sql';
  await database.$executeRawUnsafe(readFileSync(new URL(file, import.meta.url), 'utf8'));
  const keys = await database.account.findMany({ where: { handle: { in: ['vivi_an', 'paypal'] } } });
  expect(keys.map(({ handleKey }) => handleKey).sort()).toEqual(['paypal', 'vivian']);
});
