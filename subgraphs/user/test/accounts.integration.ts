import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, createCast, password } from './support/cast.ts';
import { createPlatform, type Platform } from './support/platform.ts';

let platform: Platform;
let alice: Actor;

beforeAll(async () => {
  platform = await createPlatform();
  ({ alice } = await createCast(platform));
});
afterAll(() => platform.close());

const signUpMutation = `mutation ($input: SignUpInput!) { signUp(input: $input) {
  user { handle displayName } errors { __typename code path ... on ValidationError { field } } } }`;

async function signUp(input: Record<string, string>) {
  const whole = { handle: 'newcomer', email: 'new@example.org', password, ...input };
  const { data } = await platform.run(signUpMutation, { input: whole });
  return data?.['signUp'] as { user: unknown; errors: Record<string, unknown>[] };
}

async function logIn(handleOrEmail: string, given: string) {
  const { data } = await platform.run(
    `mutation ($input: LogInInput!) { logIn(input: $input) {
      user { handle } accessToken refreshToken errors { __typename code message path ... on RateLimited { retryAfter } } } }`,
    { input: { handleOrEmail, password: given } },
  );
  return data?.['logIn'] as Record<string, unknown> & { errors: Record<string, unknown>[] };
}

const handleTaken = { __typename: 'Conflict', code: 'HANDLE_TAKEN', path: ['handle'] };

describe('signing up', () => {
  it('makes a person who may sign in at once', async () => {
    expect(await alice.run('{ viewer { user { handle displayName bio isPrivate followerCount } } }')).toEqual(
      {
        data: {
          viewer: {
            user: { handle: 'alice', displayName: 'alice', bio: '', isPrivate: false, followerCount: 0 },
          },
        },
      },
    );
    expect(await logIn('@Alice', password)).toMatchObject({ user: { handle: 'alice' }, errors: [] });
    expect(await logIn('ALICE@example.org', password)).toMatchObject({
      user: { handle: 'alice' },
      errors: [],
    });
  });

  it.each([
    ['handle', { handle: 'ab' }],
    ['handle', { handle: 'a'.repeat(31) }],
    ['handle', { handle: '1st_of_all' }],
    ['handle', { handle: 'dash-ing' }],
    ['handle', { handle: 'Adm1n' }],
    ['handle', { handle: 'mod_erator' }],
    ['email', { email: 'nobody' }],
    ['email', { email: `${'a'.repeat(250)}@example.org` }],
    ['password', { password: 'xyz'.repeat(67) }],
    ['displayName', { displayName: ' ' }],
    ['displayName', { displayName: 'n'.repeat(65) }],
    ['displayName', { displayName: 'back\u202Ewards' }],
    ['displayName', { displayName: 'half a letter \ud800' }],
    ['displayName', { displayName: '\u200b' }],
    ['displayName', { displayName: '\u2060\u200d' }],
    ['displayName', { displayName: '\u3164' }],
    ['displayName', { displayName: '\u2800' }],
    ['displayName', { displayName: 'two\u2028lines' }],
  ])('refuses a %s that is not acceptable: %o', async (field, input) => {
    expect(await signUp(input as Record<string, string>)).toEqual({
      user: null,
      errors: [{ __typename: 'ValidationError', code: 'INVALID_VALUE', field, path: [field] }],
    });
  });

  it.each(['Alice', 'al_ice', 'a1ice', 'aIice', 'ALICE'])(
    'calls %s taken, for it reads like alice',
    async (handle) => {
      expect(await signUp({ handle })).toEqual({ user: null, errors: [handleTaken] });
    },
  );

  it('tells nobody that an address has an account', async () => {
    expect(await signUp({ email: 'Alice@Example.org' })).toMatchObject({
      user: { handle: 'newcomer' },
      errors: [],
    });
    // And takes nothing from who had it first.
    expect(await logIn('alice@example.org', password)).toMatchObject({ user: { handle: 'alice' } });
  });

  it('gives a handle to one of those who take it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        signUp({ handle: index % 2 ? 'wanted' : 'want_ed', email: `w${index}@example.org` }),
      ),
    );
    expect(answers.filter((answer) => answer.user !== null)).toHaveLength(1);
    expect(answers.flatMap((answer) => answer.errors)).toEqual(Array.from({ length: 5 }, () => handleTaken));
  });
});

describe('signing in', () => {
  it('answers the same to an unknown name and to a wrong password', async () => {
    const wrong = await logIn('alice', 'not this one');
    expect(wrong).toMatchObject({ user: null, accessToken: null, refreshToken: null });
    expect(wrong.errors).toEqual([
      { __typename: 'NotAllowed', code: 'WRONG_CREDENTIALS', message: expect.any(String), path: null },
    ]);
    expect(await logIn('nobody_at_all', 'not this one')).toEqual(wrong);
    expect(await logIn('nobody@example.org', 'not this one')).toEqual(wrong);
  });

  it('tires of guesses, by name', async () => {
    for (let attempt = 0; attempt < 10; attempt++) await logIn('bob', 'a guess');
    const refused = await logIn('Bob', password);
    expect(refused.errors).toEqual([
      {
        __typename: 'RateLimited',
        code: 'RATE_LIMITED',
        message: expect.any(String),
        path: null,
        retryAfter: expect.any(Number),
      },
    ]);
    expect(await logIn('carol', password)).toMatchObject({ errors: [] });
  });
});

describe('a bio', () => {
  const update = `mutation ($bio: String!) { updateProfile(input: { bio: $bio }) {
    user { bio } errors { __typename message } } }`;
  it('takes tabs and lines however they end', async () => {
    const { data } = await alice.run(update, { bio: 'one\r\ntwo\rthree\n\tfour\r\n' });
    expect(data).toEqual({ updateProfile: { user: { bio: 'one\ntwo\nthree\n\tfour' }, errors: [] } });
  });

  it('takes no other control characters', async () => {
    const { data } = await alice.run(update, { bio: 'bell\u0007' });
    expect(data).toMatchObject({
      updateProfile: { user: null, errors: [{ __typename: 'ValidationError' }] },
    });
  });
});

describe('text that no database takes', () => {
  it('is nobody’s name', async () => {
    expect(
      await platform.run('query ($h: String!) { user(handle: $h) { id } }', { h: 'a\0b' }),
    ).toMatchObject({
      data: { user: null },
      errors: [{ code: 'BAD_USER_INPUT' }],
    });
    expect((await logIn('ali\0ce', password)).errors).toMatchObject([{ __typename: 'NotAllowed' }]);
    expect((await logIn('alice', 'pass\0word')).errors).toMatchObject([{ __typename: 'NotAllowed' }]);
    expect((await signUp({ displayName: 'a\0b' })).errors).toMatchObject([{ field: 'displayName' }]);
  });
});
