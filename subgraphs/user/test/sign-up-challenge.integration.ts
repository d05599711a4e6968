import { randomBytes } from 'node:crypto';
import { type Challenge, createChallenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSignUpChallenge } from '../src/accounts/sign-up-challenge.ts';
import { accountDefaults } from '../src/accounts/settings.ts';
import { keysFrom } from '../src/challenges/challenges.ts';
import { enter, password } from './support/cast.ts';
import { createPlatform, type Platform, refreshTokenSecret } from './support/platform.ts';

/** One iteration a try: what is tested is not how long it takes. */
const settings = { signUpChallenge: 'proof-of-work', signUpChallengeDifficulty: 1 } as const;
let platform: Platform;
let people = 0;

beforeAll(async () => {
  platform = await createPlatform({ accounts: settings });
});
afterAll(() => platform.close());

async function ask(): Promise<Challenge> {
  const { data } = await platform.run('mutation { createSignUpChallenge { challenge errors { code } } }');
  const { challenge } = (data as { createSignUpChallenge: { challenge: string } }).createSignUpChallenge;
  return JSON.parse(challenge) as Challenge;
}

/** As the widget writes it. */
const written = (payload: object) => Buffer.from(JSON.stringify(payload)).toString('base64');
async function solve(challenge: Challenge): Promise<string> {
  return written({ challenge, solution: await solveChallenge({ challenge, deriveKey }) });
}

/** @returns the codes of the errors, of which there are none for who is signed up */
async function signUp(challengeSolution?: string | null, handle = `ann_${'abcdefghij'[people++]}`) {
  const input = { handle, email: `${handle}@example.org`, password, challengeSolution };
  const { data } = await platform.run(
    'mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } errors { code path } } }',
    { input },
  );
  const { errors } = (data as { signUp: { errors: { code: string; path: string[] }[] } }).signUp;
  return errors.map(({ code, path }) => `${code} ${path}`);
}

it('asks for nothing unless it is set', async () => {
  const options = { database: platform.database, secrets: [refreshTokenSecret] as const };
  const off = createSignUpChallenge({ ...options, settings: accountDefaults });
  expect([await off.make(), await off.verify(null)]).toEqual([null, null]);
});

it('is solved before somebody signs up, and good once; for a handle that is taken it is not used up', async () => {
  expect(await signUp()).toEqual(['CHALLENGE_REQUIRED challengeSolution']);
  await expect(enter(platform, 'bob')).rejects.toThrow('NotAllowed');
  const solution = await solve(await ask());
  expect(await signUp(solution, 'bob')).toEqual([]);
  expect(await signUp(solution)).toEqual(['CHALLENGE_USED challengeSolution']);
  const other = await solve(await ask());
  expect(await signUp(other, 'bob')).toEqual(['HANDLE_TAKEN handle']);
  const both = await Promise.all([signUp(other), signUp(other)]);
  expect(both.flat()).toEqual(['CHALLENGE_USED challengeSolution']);
});

it('takes no solution that is late, forged, made easier, wrong, or of another challenge', async () => {
  const challenge = await ask();
  const { solution } = JSON.parse(Buffer.from(await solve(challenge), 'base64').toString()) as {
    solution: { counter: number; derivedKey: string };
  };
  const [key] = keysFrom([refreshTokenSecret], 'sign-up challenge');
  const made = (more: object) =>
    createChallenge({ algorithm: 'PBKDF2/SHA-256', cost: 1, deriveKey, ...more } as never);
  const late = await made({
    hmacSignatureSecret: key.toString('hex'),
    expiresAt: Math.floor(Date.now() / 1_000) - 1,
  });
  const soon = Math.floor(Date.now() / 1_000) + 60;
  const foreign = await made({ hmacSignatureSecret: randomBytes(32).toString('hex'), expiresAt: soon });
  const parameters = { ...challenge.parameters, expiresAt: soon + 6_000 };
  const tried: [string, string][] = [
    ['CHALLENGE_EXPIRED', await solve(late)],
    ['CHALLENGE_INVALID', await solve(foreign)],
    ['CHALLENGE_INVALID', written({ challenge: { ...challenge, parameters }, solution })],
    [
      'CHALLENGE_INVALID',
      await solve({ ...challenge, parameters: { ...challenge.parameters, keyPrefix: '0' } }),
    ],
    ['CHALLENGE_INVALID', written({ challenge, solution: { ...solution, counter: solution.counter + 1 } })],
    ['CHALLENGE_INVALID', written({ challenge: await ask(), solution })],
    ['CHALLENGE_INVALID', written({ challenge })],
    ['CHALLENGE_INVALID', 'nonsense'],
    ['CHALLENGE_INVALID', 'A'.repeat(10_000)],
  ];
  for (const [index, [code, given]] of tried.entries())
    expect([index, await signUp(given, 'carol')]).toEqual([index, [`${code} challengeSolution`]]);
  expect(await signUp(written({ challenge, solution }), 'carol')).toEqual([]);
});

it('is taken by whoever has the key of before', async () => {
  const next = { id: null, secret: randomBytes(32) };
  const options = { database: platform.database, settings: { ...accountDefaults, ...settings } };
  const of = (...secrets: [typeof next, ...(typeof next)[]]) =>
    createSignUpChallenge({ ...options, secrets });
  const made = JSON.parse(String(await of(refreshTokenSecret).make())) as Challenge;
  const solution = await solve(made);
  await expect(of(next).verify(solution)).rejects.toThrow('Begin anew');
  await expect(of(next, refreshTokenSecret).verify(solution)).resolves.not.toBeNull();
});
