import { randomBytes } from 'node:crypto';
import { parseInternalKeys } from '@murmuration/config';
import {
  createInternalClient,
  createLifecycle,
  envelopeHeader,
  type Identity,
  type InternalClient,
  type Lifecycle,
  revocationChannel,
  revocationsPath,
  signEnvelope,
} from '@murmuration/service-kit';
import { createTestDatabase, createTestRedis, type TestDatabase, type TestRedis } from '@murmuration/testing';
import { createRemoteJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readUserConfig } from '../src/config.ts';
import { createUnsubscribeTokens } from '../src/digests/tokens.ts';
import { startUser } from '../src/server.ts';
import { logger, makeSigningKeys, userIdOf } from './support/platform.ts';

const keysText = `k1:${randomBytes(32).toString('base64')}`;
const keys = parseInternalKeys(keysText);
let database: TestDatabase;
let redis: TestRedis;
let lifecycle: Lifecycle;
let post: InternalClient;
let url = '';

beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase('user'), createTestRedis()]);
  lifecycle = createLifecycle(logger);
  const config = readUserConfig({
    PORT: '0',
    USER_DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    POST_URL: 'http://127.0.0.1:9',
    TIMELINE_URL: 'http://127.0.0.1:9',
    INTERNAL_KEYS: keysText,
    JWT_SIGNING_KEYS: makeSigningKeys('new', 'old'),
    REFRESH_TOKEN_SECRET: randomBytes(32).toString('base64'),
    DATA_KEYS: randomBytes(32).toString('base64'),
    EMAIL_INDEX_KEYS: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'silent',
  });
  url = await startUser(config, lifecycle, logger);
  post = createInternalClient({ self: 'post', service: 'user', url, keys, timeoutMs: 15_000 });
});
afterAll(async () => {
  await post.close();
  await lifecycle.stop('the tests are over');
  await Promise.all([redis.close(), database.drop()]);
});

async function graphql(query: string, identity: Identity = { kind: 'anonymous' }) {
  const body = JSON.stringify({ query });
  const fields = { audience: 'user', method: 'POST', path: '/graphql', requestId: 'test', identity };
  const headers = {
    'content-type': 'application/json',
    [envelopeHeader]: signEnvelope(keys[0], fields, body),
  };
  const answer = await fetch(`${url}/graphql`, { method: 'POST', body, headers });
  return (await answer.json()) as { data: Record<string, never> };
}

async function signUp(handle: string) {
  const { data } =
    await graphql(`mutation { signUp(input: { handle: "${handle}", email: "${handle}@example.org",
    password: "murmuration" }) { user { id } accessToken refreshToken } }`);
  return data['signUp'] as unknown as { user: { id: string }; accessToken: string; refreshToken: string };
}

describe('over HTTP', () => {
  it('ends mails of what was not seen by one click of a mail program, and by nothing less', async () => {
    const { user, refreshToken } = await signUp('clicker');
    const session = refreshToken.split('.')[0] ?? '';
    const identity = { kind: 'viewer', subject: user.id, session } as const;
    await graphql('mutation { updateMailDigest(input: { every: DAILY }) { mailDigest } }', identity);
    const every = async () => (await graphql('{ viewer { mailDigest } }', identity)).data['viewer'];
    const token = createUnsubscribeTokens([keys[0]]).make(userIdOf(user.id));
    const at = (with_: string) => `${url}/mail/unsubscribe?token=${with_}`;
    const page = await fetch(at(token));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('method="post"')]);
    const click = (with_: string) =>
      fetch(at(with_), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'List-Unsubscribe=One-Click',
      });
    expect((await click(`${token}x`)).status).toBe(404);
    expect(await every()).toEqual({ mailDigest: 'DAILY' });
    expect((await click(token)).status).toBe(200);
    expect(await every()).toEqual({ mailDigest: 'OFF' });
  });

  it('signs tokens that anyone verifies with the published keys', async () => {
    const { user, accessToken } = await signUp('alice');
    const jwks = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(accessToken, jwks, {
      issuer: 'murmuration',
      audience: 'murmuration',
    });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: 'new' });
    expect(payload).toMatchObject({ sub: user.id, sid: expect.stringMatching(/^ses_/) });
    const published = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
    expect(published.keys.map((key) => key.kid)).toEqual(['new', 'old']);
    expect(JSON.stringify(published)).not.toContain('"d"');
  });

  it('tells gateways which sessions have ended, at once and in its list', async () => {
    const { user, accessToken } = await signUp('bob');
    const sid = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sid;
    const subscriber = redis.client.duplicate();
    await subscriber.subscribe(revocationChannel);
    // Channels are not apart by database: other test files speak here too.
    const heard = new Promise<void>((resolve) =>
      subscriber.on('message', (_channel, message) => {
        if (message === JSON.stringify([sid])) resolve();
      }),
    );
    const viewer: Identity = { kind: 'viewer', subject: user.id, session: sid };
    const out = await graphql('mutation { logOut { endedSessionCount errors { message } } }', viewer);
    expect(out.data).toEqual({ logOut: { endedSessionCount: 1, errors: [] } });
    await heard;
    subscriber.disconnect();
    expect(await post.call({ method: 'GET', path: revocationsPath })).toEqual({ sessions: [sid] });
  });

  it('finds people by handle for other services, and tells them how people stand', async () => {
    const { user } = await signUp('carol');
    const found = await post.call<{ users: ({ id: string } | null)[] }>({
      method: 'POST',
      path: '/internal/handles',
      body: { handles: ['CAROL', 'nobody', 'alice'] },
    });
    expect(found.users).toEqual([
      { id: expect.stringMatching(/^\d+$/) },
      null,
      { id: expect.stringMatching(/^\d+$/) },
    ]);
    const [carol, , alice] = found.users.map((one) => one?.id ?? '1');
    expect(carol).toBe(userIdOf(user.id).toString());
    const body = { viewerId: alice, authorIds: [carol, '1', alice] };
    const answer = await post.call({ method: 'POST', path: '/internal/relationships', body });
    expect(answer).toEqual({ relations: [0, 256, 512] });
    const viewers = { authorId: alice, viewerIds: [carol, alice] };
    const others = await post.call({ method: 'POST', path: '/internal/viewer-relations', body: viewers });
    expect(others).toEqual({ relations: [0, 512], generation: expect.any(String) });
  });

  it('answers the handle of who has blocked the asking like a handle of nobody', async () => {
    const [mallory, victor] = [await signUp('mallory'), await signUp('victor')];
    const viewerId = userIdOf(mallory.user.id).toString();
    const ask = (more: object) =>
      post.call<{ users: unknown[] }>({
        method: 'POST',
        path: '/internal/handles',
        body: { handles: ['victor', 'mallory', 'nobody_else'], ...more },
      });
    const someone = { id: expect.stringMatching(/^\d+$/) };
    expect((await ask({ viewerId })).users).toEqual([someone, someone, null]);
    const session = JSON.parse(
      Buffer.from(victor.accessToken.split('.')[1] ?? '', 'base64url').toString(),
    ).sid;
    await graphql(`mutation { blockUser(input: { userId: "${mallory.user.id}" }) { errors { message } } }`, {
      kind: 'viewer',
      subject: victor.user.id,
      session,
    });
    expect((await ask({ viewerId })).users).toEqual([null, someone, null]);
    expect((await ask({ viewerId: null })).users).toEqual([someone, someone, null]);
    expect((await ask({})).users).toEqual([someone, someone, null]);
  });

  it('bounds what services ask, and answers no one else', async () => {
    const tooMany = { handles: Array.from({ length: 101 }, (_, index) => `h${index}`) };
    await expect(
      post.call({ method: 'POST', path: '/internal/handles', body: tooMany }),
    ).rejects.toMatchObject({ status: 400 });
    const many = { viewerId: null, authorIds: Array.from({ length: 1_001 }, String) };
    await expect(
      post.call({ method: 'POST', path: '/internal/relationships', body: many }),
    ).rejects.toMatchObject({ status: 400 });
    const crowd = { authorId: '1', viewerIds: many.authorIds };
    await expect(
      post.call({ method: 'POST', path: '/internal/viewer-relations', body: crowd }),
    ).rejects.toMatchObject({ status: 400 });
    expect((await fetch(`${url}${revocationsPath}`)).status).toBe(401);
    const fields = { audience: 'user', method: 'GET', path: revocationsPath, requestId: 'test' };
    const viewer: Identity = { kind: 'viewer', subject: 'usr_00000000001', session: 'ses_00000000001' };
    const envelope = signEnvelope(keys[0], { ...fields, identity: viewer }, '');
    const answer = await fetch(`${url}${revocationsPath}`, { headers: { [envelopeHeader]: envelope } });
    expect(answer.status).toBe(403);
  });

  it('is ready', async () => {
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});
