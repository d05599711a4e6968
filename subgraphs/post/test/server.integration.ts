import { randomBytes } from 'node:crypto';
import {
  anonymous,
  createLifecycle,
  createLogger,
  envelopeHeader,
  signEnvelope,
} from '@murmuration/service-kit';
import { personDataPath } from '@murmuration/service-kit/subgraph';
import { createTestDatabase, createTestRedis } from '@murmuration/testing';
import { expect, it } from 'vitest';
import { readPostConfig } from '../src/config.ts';
import { startPost } from '../src/server.ts';

const secret = randomBytes(32);

/** The process without a process: the same start and stop, on databases of its own. */
async function start() {
  const [database, redis] = await Promise.all([createTestDatabase('post'), createTestRedis()]);
  const logger = createLogger('post', 'silent');
  const lifecycle = createLifecycle(logger);
  const config = readPostConfig({
    PORT: '0',
    POST_DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    INTERNAL_KEYS: `k1:${secret.toString('base64')}`,
    USER_URL: 'http://127.0.0.1:1',
    TIMELINE_URL: 'http://127.0.0.1:1',
  });
  const url = await startPost(config, lifecycle, logger);
  const stop = async () => {
    await lifecycle.stop('the test is over');
    await Promise.all([database.drop(), redis.close()]);
  };
  return { url, stop };
}

it('starts on settings alone, answers what is signed, and stops without a trace', async () => {
  const post = await start();
  const body = JSON.stringify({ query: '{ post(id: "pst_00000000001") { id } }' });
  const envelope = signEnvelope(
    { id: 'k1', secret },
    { audience: 'post', method: 'POST', path: '/graphql', requestId: 'r', identity: anonymous },
    body,
  );
  const ask = (headers: Record<string, string>) =>
    fetch(`${post.url}/graphql`, { method: 'POST', body, headers });
  expect(await (await ask({ [envelopeHeader]: envelope })).json()).toEqual({ data: { post: null } });
  expect((await ask({})).status).toBe(401);
  expect((await fetch(`${post.url}/readyz`)).status).toBe(200);
  // What there is of a person is told to whoever makes exports, and to nobody else.
  const about = (name: string) => {
    const asked = JSON.stringify({ personId: '1', place: null });
    const identity = { kind: 'service', name } as const;
    const fields = { audience: 'post', method: 'POST', path: personDataPath, requestId: 'r', identity };
    const headers = { [envelopeHeader]: signEnvelope({ id: 'k1', secret }, fields, asked) };
    return fetch(`${post.url}${personDataPath}`, { method: 'POST', body: asked, headers });
  };
  expect(await (await about('user')).json()).toMatchObject({ part: { name: 'posts' }, rows: [] });
  expect((await about('timeline')).status).toBe(403);
  await post.stop();
  await expect(fetch(`${post.url}/livez`)).rejects.toThrow('fetch failed');
});
