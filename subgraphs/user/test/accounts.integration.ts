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
  user { handle displayName } errors { __typename ... on ValidationError { field } } } }`;

async function signUp(input: Record<string, string>) {
  const whole = { handle: 'newcomer', email: 'new@example.org', password, ...input };
  const { data } = await platform.run(signUpMutation, { input: whole });
  return data?.['signUp'] as { user: unknown; errors: { __typename: string; field?: string }[] };
}

async function logIn(handleOrEmail: string, given: string) {
  const { data } = await platform.run(
    `mutation ($input: LogInInput!) { logIn(input: $input) {
      user { handle } accessToken refreshToken errors { __typename message ... on RateLimited { retryAfter } } } }`,
    { input: { handleOrEmail, password: given } },
  );
  return data?.['logIn'] as Record<string, unknown> & { errors: Record<string, unknown>[] };
}

describe('signing up', () => {
  it('makes a person who may sign in at once', async () => {
    expect(await alice.run('{ viewer { handle displayName bio isPrivate followerCount } }')).toEqual({
      data: {
        viewer: { handle: 'alice', displayName: 'alice', bio: '', isPrivate: false, followerCount: 0 },
      },
    });
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
    ['password', { password: 'seven77' }],
    ['password', { password: 'x'.repeat(201) }],
    ['displayName', { displayName: ' ' }],
    ['displayName', { displayName: 'n'.repeat(65) }],
    ['displayName', { displayName: 'back\u202Ewards' }],
    ['displayName', { displayName: 'half a letter \ud800' }],
  ])('refuses a %s that is not acceptable: %o', async (field, input) => {
    expect(await signUp(input as Record<string, string>)).toEqual({
      user: null,
      errors: [{ __typename: 'ValidationError', field }],
    });
  });

  it.each(['Alice', 'al_ice', 'a1ice', 'AL1CE'])(
    'calls %s taken, for it reads like alice',
    async (handle) => {
      expect(await signUp({ handle })).toEqual({ user: null, errors: [{ __typename: 'Conflict' }] });
    },
  );

  it('calls an address taken, whatever its letter case', async () => {
    expect(await signUp({ email: 'Alice@Example.org' })).toEqual({
      user: null,
      errors: [{ __typename: 'Conflict' }],
    });
  });

  it('gives a handle to one of those who take it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        signUp({ handle: index % 2 ? 'wanted' : 'want_ed', email: `w${index}@example.org` }),
      ),
    );
    expect(answers.filter((answer) => answer.user !== null)).toHaveLength(1);
    expect(answers.flatMap((answer) => answer.errors)).toEqual(
      Array.from({ length: 5 }, () => ({ __typename: 'Conflict' })),
    );
  });
});

describe('signing in', () => {
  it('answers the same to an unknown name and to a wrong password', async () => {
    const wrong = await logIn('alice', 'not this one');
    expect(wrong).toMatchObject({ user: null, accessToken: null, refreshToken: null });
    expect(wrong.errors).toEqual([{ __typename: 'NotAllowed', message: expect.any(String) }]);
    expect(await logIn('nobody_at_all', 'not this one')).toEqual(wrong);
    expect(await logIn('nobody@example.org', 'not this one')).toEqual(wrong);
  });

  it('tires of guesses, by name', async () => {
    for (let attempt = 0; attempt < 10; attempt++) await logIn('bob', 'a guess');
    const refused = await logIn('Bob', password);
    expect(refused.errors).toEqual([
      { __typename: 'RateLimited', message: expect.any(String), retryAfter: expect.any(Number) },
    ]);
    expect(await logIn('carol', password)).toMatchObject({ errors: [] });
  });
});

describe('text that no database takes', () => {
  it('is nobody’s name', async () => {
    expect(await platform.run('query ($h: String!) { user(handle: $h) { id } }', { h: 'a\0b' })).toEqual({
      data: { user: null },
    });
    expect((await logIn('ali\0ce', password)).errors).toMatchObject([{ __typename: 'NotAllowed' }]);
    expect((await logIn('alice', 'pass\0word')).errors).toMatchObject([{ __typename: 'NotAllowed' }]);
    expect((await signUp({ displayName: 'a\0b' })).errors).toMatchObject([{ field: 'displayName' }]);
  });
});
