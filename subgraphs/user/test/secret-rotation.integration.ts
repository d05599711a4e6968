import { randomBytes } from 'node:crypto';
import { parseSecretList } from '@murmuration/config';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSigningKeys } from '../src/sessions/keys.ts';
import { findCredentialsById } from '../src/accounts/repository.ts';
import { createAuditLog } from '../src/audit/audit-log.ts';
import { createRevocation } from '../src/sessions/revocation.ts';
import { createSessionService, type SessionService } from '../src/sessions/service.ts';
import { enter } from './support/cast.ts';
import {
  createPlatform,
  logger,
  makeSigningKeys,
  type Platform,
  userIdOf,
  nobody,
} from './support/platform.ts';

const [old, next] = [0, 1].map(() => randomBytes(32).toString('base64'));
const signingKeys = parseSigningKeys(makeSigningKeys('k1'));

let platform: Platform;
let aliceId: ReturnType<typeof userIdOf>;
/** Processes in the order of a rotation, each with the list of its step. */
let before: SessionService;
let appended: SessionService;
let signing: SessionService;
let forgotten: SessionService;

beforeAll(async () => {
  platform = await createPlatform();
  aliceId = userIdOf((await enter(platform, 'alice')).id);
  const audit = createAuditLog(logger);
  const withSecrets = (text: string) =>
    createSessionService({
      database: platform.database,
      audit,
      revocation: createRevocation({ ...platform, afterCommit: platform.services.afterCommit, audit }),
      logger,
      signingKeys,
      refreshTokenSecrets: parseSecretList(text),
    });
  before = withSecrets(`${old}`);
  appended = withSecrets(`${old},r20261125-new:${next}`);
  signing = withSecrets(`r20261125-new:${next},${old}`);
  forgotten = withSecrets(`r20261125-new:${next}`);
});
afterAll(() => platform.close());

/** By a process before the first step. */
async function openSession() {
  const account = await findCredentialsById(platform.database, aliceId);
  const tokens = account && (await before.open(account, nobody, null));
  if (!tokens) throw new Error('no session was opened');
  return tokens;
}

it('a session goes on through every step of a rotation', async () => {
  let token = (await openSession()).refreshToken;
  for (const process of [before, appended, signing, appended, signing, forgotten, forgotten]) {
    token = (await process.refresh(token, nobody)).refreshToken;
  }
  await expect(before.refresh(token, nobody)).rejects.toMatchObject({ message: expect.any(String) });
  expect((await forgotten.refresh(token, nobody)).accountId).toBe(aliceId);
});

it('a lost answer is given again by a process that makes tokens with another secret', async () => {
  const { refreshToken } = await openSession();
  const lost = await appended.refresh(refreshToken, nobody);
  const again = await signing.refresh(refreshToken, nobody);
  expect(again.refreshToken).toBe(lost.refreshToken);
  const newest = await signing.refresh(again.refreshToken, nobody);
  expect((await appended.refresh(again.refreshToken, nobody)).refreshToken).toBe(newest.refreshToken);
});

it('two at once, at processes of two steps, get one successor', async () => {
  const { refreshToken } = await openSession();
  const processes = [appended, signing, appended, signing, appended, signing];
  const answers = await Promise.all(processes.map((process) => process.refresh(refreshToken, nobody)));
  const [token = '', ...others] = new Set(answers.map((answer) => answer.refreshToken));
  expect(others).toEqual([]);
  expect((await signing.refresh(token, nobody)).accountId).toBe(aliceId);
});

it('a token of a forgotten secret is none of ours, and ends nothing', async () => {
  const { refreshToken } = await openSession();
  await expect(forgotten.refresh(refreshToken, nobody)).rejects.toThrow('This is not a refresh token.');
  expect((await signing.refresh(refreshToken, nobody)).accountId).toBe(aliceId);
});

it('a successor made with a secret that this process lacks is not told, and ends nothing', async () => {
  const { refreshToken } = await openSession();
  const { refreshToken: successor } = await signing.refresh(refreshToken, nobody);
  await expect(before.refresh(refreshToken, nobody)).rejects.toThrow('This session has ended.');
  expect((await signing.refresh(successor, nobody)).accountId).toBe(aliceId);
});

it('what a leaked old secret makes is no token of a session that was renewed since', async () => {
  const { refreshToken } = await openSession();
  const { refreshToken: renewed } = await signing.refresh(refreshToken, nobody);
  const { createRefreshTokens } = await import('../src/sessions/refresh-token.ts');
  const place = createRefreshTokens(parseSecretList(`${next}`)).read(renewed)?.place;
  if (!place) throw new Error('the renewed token is not of the new secret');
  const forged = createRefreshTokens(parseSecretList(`${old}`)).make(place).token;
  await expect(signing.refresh(forged, nobody)).rejects.toThrow('used before');
});
