import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  createLifecycle,
  createLogger,
  envelopeHeader,
  type Identity,
  type Lifecycle,
  signEnvelope,
} from '@murmuration/service-kit';
import { createTestDatabase, createTestRedis, type TestRedis } from '@murmuration/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../packages/dev/src/provision/ports.ts';
import { readUserConfig } from '../../user/src/config.ts';
import { startUser } from '../../user/src/server.ts';
import { readPostConfig } from '../src/config.ts';
import { startPost } from '../src/server.ts';

/** Both services as they run, each with its own lifecycle, speaking over HTTP as the gateway would. */
const secret = randomBytes(32);
const logger = createLogger('test', 'silent');
const user: Lifecycle = createLifecycle(logger);
const post: Lifecycle = createLifecycle(logger);
const urls = { user: '', post: '' };
let redis: TestRedis;
const drops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const [users, posts, cache] = await Promise.all([
    createTestDatabase('user'),
    createTestDatabase('post'),
    createTestRedis(),
  ]);
  redis = cache;
  drops.push(users.drop, posts.drop, cache.close);
  const shared = {
    PORT: '0',
    METRICS_PORT: '0',
    REDIS_URL: cache.url,
    INTERNAL_KEYS: `k1:${secret.toString('base64')}`,
  };
  const signingKey = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid: 'k1' };
  const postPort = await freePort();
  urls.user = await startUser(
    readUserConfig({
      ...shared,
      USER_DATABASE_URL: users.url,
      POST_URL: `http://127.0.0.1:${postPort}`,
      TIMELINE_URL: 'http://127.0.0.1:9',
      JWT_SIGNING_KEYS: JSON.stringify([signingKey]),
      REFRESH_TOKEN_SECRET: randomBytes(32).toString('base64'),
      DATA_KEYS: randomBytes(32).toString('base64'),
      EMAIL_INDEX_KEYS: randomBytes(32).toString('base64'),
    }),
    user,
    logger,
  );
  urls.post = await startPost(
    readPostConfig({
      ...shared,
      PORT: String(postPort),
      POST_DATABASE_URL: posts.url,
      USER_URL: urls.user,
      // Nobody is there: no event is completed here.
      TIMELINE_URL: 'http://127.0.0.1:9',
    }),
    post,
    logger,
  );
});
afterAll(async () => {
  await post.stop('the test is over');
  await user.stop('the test is over');
  for (const drop of drops) await drop();
});

type Tree = { [key: string]: Tree } & string;

async function ask(service: 'user' | 'post', identity: Identity, query: string) {
  const body = JSON.stringify({ query });
  const fields = { audience: service, method: 'POST', path: '/graphql', requestId: 'test', identity };
  const answer = await fetch(`${urls[service]}/graphql`, {
    method: 'POST',
    body,
    headers: { [envelopeHeader]: signEnvelope({ id: 'k1', secret }, fields, body) },
  });
  return (await answer.json()) as { data: Tree; errors?: { extensions: { code: string } }[] };
}

async function signUp(handle: string): Promise<Identity & { kind: 'viewer' }> {
  const { data } = await ask(
    'user',
    { kind: 'anonymous' },
    `mutation { signUp(input: { handle: "${handle}", email: "${handle}@example.org", password: "murmuration" }) {
      user { id } accessToken errors { message } } }`,
  );
  const token = String(data['signUp']?.['accessToken']).split('.')[1] ?? '';
  const claims = JSON.parse(Buffer.from(token, 'base64url').toString()) as { sub: string; sid: string };
  return { kind: 'viewer', subject: claims.sub, session: claims.sid };
}

it('a post is a node in `user` for those for whom it exists in `post`, whatever is selected', async () => {
  const [eve, fay] = await Promise.all([signUp('eve'), signUp('fay')]);
  const say = `mutation { createPost(input: { text: "For followers", visibility: FOLLOWERS }) { post { id } } }`;
  const id = (await ask('post', fay, say)).data['createPost']?.['post']?.['id'];
  const query = `{ node(id: "${id}") { __typename } nodes(ids: ["${id}", "${fay.subject}"]) { __typename } }`;
  const nobody = { kind: 'anonymous' } as const;
  const [post, user] = [{ __typename: 'Post' }, { __typename: 'User' }];
  expect(await ask('user', fay, query)).toEqual({ data: { node: post, nodes: [post, user] } });
  for (const stranger of [eve, nobody]) {
    expect(await ask('user', stranger, query)).toEqual({ data: { node: null, nodes: [null, user] } });
  }
});

it('who has blocked somebody is mentioned by them like nobody, and a mention of before becomes plain text', async () => {
  const [gus, hal] = await Promise.all([signUp('gus'), signUp('hal')]);
  const say = (text: string) =>
    ask('post', gus, `mutation { createPost(input: { text: "${text}" }) { post { id facets { start } } } }`);
  const before = await say('Hello @hal');
  expect(before.data['createPost']?.['post']?.['facets']).toEqual([{ start: 6 }]);
  await ask(
    'user',
    hal,
    `mutation { blockUser(input: { userId: "${gus.subject}" }) { errors { message } } }`,
  );
  const [hidden, nobody] = [await say('Hello @hal'), await say('Hello @nobody')];
  for (const { data } of [hidden, nobody]) expect(data['createPost']?.['post']?.['facets']).toEqual([]);
  const again = `{ post(id: "${before.data['createPost']?.['post']?.['id']}") { facets { start } } }`;
  expect(await ask('post', gus, again)).toEqual({ data: { post: { facets: [] } } });
});

it('who is mentioned, follows or blocks is asked of `user`, believed a moment, and forgotten at once', async () => {
  const [alice, bob] = await Promise.all([signUp('alice'), signUp('bob')]);
  const said = await ask(
    'post',
    bob,
    `mutation { createPost(input: { text: "Hello @Alice and @nobody" }) {
      post { id facets { ... on MentionFacet { user { id } } } } errors { message } } }`,
  );
  expect(said.data).toMatchObject({
    createPost: { errors: [], post: { facets: [{ user: { id: alice.subject } }] } },
  });
  const read = `{ post(id: "${said.data['createPost']?.['post']?.['id']}") { text } }`;
  const visible = { data: { post: { text: 'Hello @Alice and @nobody' } } };
  const hidden = { data: { post: null } };
  expect(await ask('post', alice, read)).toEqual(visible);

  const relate = (mutation: string) =>
    ask(
      'user',
      bob,
      `mutation { ${mutation}(input: { userId: "${alice.subject}" }) { errors { message } } }`,
    );
  for (let round = 0; round < 5; round++) {
    await relate('blockUser');
    expect(await ask('post', alice, read)).toEqual(hidden);
    await relate('unblockUser');
    expect(await ask('post', alice, read)).toEqual(visible);
  }

  const keys = await redis.client.keys('*rel:*');
  expect(keys.length).toBeGreaterThan(0);
  // However slow this machine is today, the lease shall outlast the next question.
  await Promise.all(keys.map((key) => redis.client.persist(key)));
  await user.stop('an outage');
  // What was read within one lease still holds; without it nobody guesses.
  expect(await ask('post', alice, read)).toEqual(visible);
  await redis.client.flushdb();
  expect(await ask('post', alice, read)).toMatchObject({
    data: { post: null },
    errors: [{ extensions: { code: 'DOWNSTREAM_ERROR' } }],
  });
  expect(await ask('post', bob, read)).toEqual(visible);
});
