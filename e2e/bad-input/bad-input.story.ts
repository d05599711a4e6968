import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseInternalKeys } from '@murmuration/config';
import { subgraphNames } from '@murmuration/dev';
import { encodeId } from '@murmuration/ids';
import { envelopeHeader, signEnvelope } from '@murmuration/service-kit';
import { createGraphClient, type GraphClient, type Member, signUpCast } from '@murmuration/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';
import { malformedIds, rootFields } from './root-fields.ts';

let stack: Story;
let nobody: GraphClient;
let alice: Member;
let bob: Member;
let post: string;
beforeAll(async () => {
  stack = sharedStory();
  nobody = createGraphClient(stack.graphUrl);
  ({ alice, bob } = await signUpCast(stack.graphUrl, ['alice', 'bob']));
  post = await bob.post('A post to be bad at');
});

interface Answer {
  errors?: { extensions?: { code?: string } }[];
}

async function codeOf(client: GraphClient, query: string, variables = {}) {
  return (await client.send(query, variables)).errors.map((error) => error.extensions?.code);
}

async function userErrorOf(client: GraphClient, mutation: string, input: object) {
  const inputType = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const answer = await client.ask<Record<string, { errors: { __typename: string; field?: string }[] }>>(
    `mutation ($input: ${inputType}!) { ${mutation}(input: $input) {
      errors { __typename ... on ValidationError { field } } } }`,
    { input },
  );
  return answer[mutation]?.errors.map((error) => [error.__typename, ...(error.field ? [error.field] : [])]);
}

describe('queries', () => {
  test.each([
    ['an id of another type', () => `{ post(id: "${alice.id}") { id } }`],
    ['no id at all', () => '{ node(id: "42") { id } }'],
    [
      'a page too large',
      () => `{ user(handle: "${bob.handle}") { followers(first: 100000) { edges { cursor } } } }`,
    ],
    [
      'first and last',
      () => `{ user(handle: "${bob.handle}") { posts(first: 1, last: 1) { edges { cursor } } } }`,
    ],
    ['neither first nor last', () => `{ user(handle: "${bob.handle}") { posts { edges { cursor } } } }`],
    [
      'a malformed cursor',
      () => `{ user(handle: "${bob.handle}") { posts(first: 1, after: "x") { edges { cursor } } } }`,
    ],
    [
      'a million people in a few words',
      () => `{ user(handle: "${bob.handle}") { followers(first: 100) { edges { node { followers(first: 100) {
        edges { node { followers(first: 100) { edges { node { handle } } } } } } } } } } }`,
    ],
    ['a handle that nobody can have', () => '{ user(handle: "no handle") { id } }'],
    ['a tag that can be none', () => '{ hashtag(tag: "no tag") { tag } }'],
    ['a variable of a wrong type', () => 'query ($id: ID!) { post(id: $id) { id } }'],
  ])('%s is BAD_USER_INPUT', async (_name, query) => {
    expect(await codeOf(alice, query())).toEqual(['BAD_USER_INPUT']);
  });

  test('the error says which argument, and of a list which item, while the others are answered', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } user(handle: "no handle") { id } }`;
    const { data, errors } = await alice.send(query, { ids: [bob.id, 'nonsense', post] });
    expect(data).toEqual({ nodes: [{ id: bob.id }, null, { id: post }], user: null });
    expect(errors.map(({ extensions, path }) => [path, extensions]).toSorted()).toEqual([
      [['nodes', 1], expect.objectContaining({ argument: 'ids[1]', argumentPath: ['ids', 1] })],
      [['user'], expect.objectContaining({ argument: 'handle', argumentPath: ['handle'] })],
    ]);
  });

  test('what does not parse or validate is called so', async () => {
    expect(await codeOf(nobody, '{')).toEqual(['GRAPHQL_PARSE_FAILED']);
    expect(await codeOf(nobody, '{ nope }')).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  test('malformed JSON, a huge body and a deep query are refused without harm', async () => {
    const send = (body: string) =>
      fetch(stack.graphUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect((await send('{"query": ')).status).toBe(400);
    // Again and again: an answer that comes before its request was read is easily lost.
    for (let i = 0; i < 60; i++) {
      const large = JSON.stringify({ query: `{ viewer { id } } # ${'x'.repeat(3_000_000)}` });
      expect((await send(large)).status).toBe(413);
    }
    const deep = `{ post(id: "${post}") ${'{ replyTo '.repeat(40)} { id } ${'}'.repeat(40)} }`;
    expect(await codeOf(nobody, deep)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect((await nobody.ask<{ viewer: null }>('{ viewer { id } }')).viewer).toBeNull();
  });
});

describe('mutations', () => {
  test.each([
    ['empty text', () => userErrorOf(alice, 'createPost', { text: ' \n ' }), [['ValidationError', 'text']]],
    [
      'oversized text',
      () => userErrorOf(alice, 'createPost', { text: 'x'.repeat(2_001) }),
      [['ValidationError', 'text']],
    ],
    [
      'a reply to nothing',
      () => userErrorOf(alice, 'createPost', { text: 'x', replyToId: encodeId('Post', 5n) }),
      [['NotFound']],
    ],
    ['following oneself', () => userErrorOf(alice, 'followUser', { userId: alice.id }), [['NotAllowed']]],
    [
      'following nobody',
      () => userErrorOf(alice, 'followUser', { userId: encodeId('User', 5n) }),
      [['NotFound']],
    ],
    [
      'following a post',
      () => userErrorOf(alice, 'followUser', { userId: post }),
      [['ValidationError', 'userId']],
    ],
    [
      'liking nothing',
      () => userErrorOf(alice, 'likePost', { postId: encodeId('Post', 5n) }),
      [['NotFound']],
    ],
  ])('%s is named', async (_name, run, expected) => {
    expect(await run()).toEqual(expected);
  });

  test('an id that is none is a user error of every mutation, with the path of the input', async () => {
    const tries = malformedIds(subgraphNames);
    expect(tries.length).toBeGreaterThan(15);
    const told = await Promise.all(
      tries.map(async ({ document, field, mutation }) => {
        const { data, errors } = await alice.send<Record<string, { errors: unknown[] }>>(document);
        return [mutation, field, errors, data?.[mutation]?.errors];
      }),
    );
    const expected = { __typename: 'ValidationError', code: 'INVALID_VALUE' };
    expect(told).toEqual(
      tries.map(({ field, mutation }) => [mutation, field, [], [{ ...expected, path: [field] }]]),
    );
  });

  test('liking a deleted post', async () => {
    const gone = await bob.post('Gone in a moment');
    await bob.ask('mutation ($id: ID!) { deletePost(input: { postId: $id }) { errors { message } } }', {
      id: gone,
    });
    expect(await userErrorOf(alice, 'likePost', { postId: gone })).toEqual([['NotFound']]);
  });

  test('handles: form, reserved words, letter case, look-alikes, and two people at once', async () => {
    const tail = randomBytes(3).toString('hex');
    const attempt = async (handle: string) => {
      const email = `${randomBytes(6).toString('hex')}@example.org`;
      for (let times = 1; ; times++) {
        const errors = await userErrorOf(nobody, 'signUp', {
          handle,
          email,
          password: 'a long enough secret',
        });
        // A busy machine turns sign-ups away for a moment: that says nothing of the handle.
        if (errors?.[0]?.[0] !== 'RateLimited' || times === 40) return errors;
        await sleep(250);
      }
    };
    for (const handle of ['ab', '1abc', 'with space', 'ünïcode', 'x'.repeat(31), 'admin']) {
      expect(await attempt(handle)).toEqual([['ValidationError', 'handle']]);
    }
    const raced = await Promise.all([attempt(`racer_${tail}`), attempt(`racer_${tail}`)]);
    expect(raced.toSorted((a, b) => (a?.length ?? 0) - (b?.length ?? 0))).toEqual([[], [['Conflict']]]);
    expect(await attempt(`RACER_${tail}`)).toEqual([['Conflict']]);
    expect(await attempt(`hello${tail}`)).toEqual([]);
    expect(await attempt(`hel1o${tail}`)).toEqual([['Conflict']]);
  });
});

describe('identity', () => {
  const secret = '{ viewer { user { handle } } }';

  test('a missing token is nobody; a forged or mangled one is refused', async () => {
    expect(await nobody.ask(secret)).toEqual({ viewer: null });
    const [head, payload, signature] = alice.accessToken.split('.');
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    const mallory = Buffer.from(JSON.stringify({ ...claims, sub: bob.id })).toString('base64url');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of ['nonsense', `${head}.${mallory}.${signature}`, `${none}.${payload}.`]) {
      expect(await codeOf(nobody.as(token), secret)).toEqual(['UNAUTHENTICATED']);
    }
  });

  test("an identity of one's own making is refused by a subgraph, and ignored by the gateway", async () => {
    const body = JSON.stringify({ query: secret });
    const key = { id: 'mine', secret: randomBytes(32) };
    const identity = { kind: 'viewer', subject: alice.id, session: 'ses_00000000001' } as const;
    const fields = { audience: 'user', method: 'POST', path: '/graphql', requestId: 'x', identity };
    const headers = { 'content-type': 'application/json', [envelopeHeader]: signEnvelope(key, fields, body) };
    const atSubgraph = await fetch(`${stack.env.USER_URL}/graphql`, { method: 'POST', headers, body });
    expect(atSubgraph.status).toBe(401);
    const atGateway = await fetch(stack.graphUrl, { method: 'POST', headers, body });
    expect(await atGateway.json()).toEqual({ data: { viewer: null } });
  });

  test('what a subgraph marks @authenticated it refuses to nobody, and nothing else', async () => {
    const [key] = parseInternalKeys(stack.env.INTERNAL_KEYS ?? '');
    const identity = { kind: 'anonymous' } as const;
    const ask = async ({ document, subgraph }: { document: string; subgraph: string }) => {
      const body = JSON.stringify({ query: document });
      const fields = { audience: subgraph, method: 'POST', path: '/graphql', requestId: 'x', identity };
      const headers = {
        'content-type': 'application/json',
        [envelopeHeader]: signEnvelope(key, fields, body),
      };
      const url = stack.env[`${subgraph.toUpperCase()}_URL`];
      return (await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json()) as Answer;
    };
    /** Over the gateway, which does not enforce it. Those of posts end, for there are none of that id; others begin with something. */
    const subscribe = async ({ document }: { document: string }) => {
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
      const body = JSON.stringify({ query: document });
      const { body: stream } = await fetch(stack.graphUrl, { method: 'POST', headers, body });
      let text = '';
      for await (const chunk of stream?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        if (/^event: (next|complete)\n[^]*\n\n/m.test(text)) break;
      }
      return {
        errors: text.includes('UNAUTHENTICATED') ? [{ extensions: { code: 'UNAUTHENTICATED' } }] : [],
      };
    };
    const fields = rootFields(subgraphNames);
    expect(fields.filter(({ isAuthenticated }) => isAuthenticated).length).toBeGreaterThan(20);
    const found = await Promise.all(
      fields.map(async (field) => {
        const { errors = [] } = await (field.kind === 'subscription' ? subscribe(field) : ask(field));
        return [field.name, errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')];
      }),
    );
    expect(found).toEqual(fields.map(({ isAuthenticated, name }) => [name, isAuthenticated]));
  });

  test('a refresh token: the same successor for a lost answer, and the end of the session for a thief', async () => {
    const { carol } = await signUpCast(stack.graphUrl, ['carol']);
    const refresh = async (refreshToken: string) => {
      const { refreshSession } = await nobody.ask<{
        refreshSession: { refreshToken: string | null; accessToken: string | null; errors: unknown[] };
      }>(
        `mutation ($input: RefreshSessionInput!) {
          refreshSession(input: $input) { refreshToken accessToken errors { message } } }`,
        { input: { refreshToken } },
      );
      return refreshSession;
    };
    const first = await refresh(carol.refreshToken);
    const again = await refresh(carol.refreshToken);
    expect(again.refreshToken).toBe(first.refreshToken);
    const second = await refresh(first.refreshToken ?? '');
    expect(second.errors).toEqual([]);
    // The successor was used: whoever brings the first one now is not the one who lost an answer.
    const theft = await refresh(carol.refreshToken);
    expect(theft).toMatchObject({ refreshToken: null, accessToken: null });
    expect(theft.errors).toHaveLength(1);
    expect((await refresh(second.refreshToken ?? '')).refreshToken).toBeNull();
  });

  test('after logging out the access token is worth nothing', async () => {
    const { dave } = await signUpCast(stack.graphUrl, ['dave']);
    expect(await dave.ask(secret)).toEqual({ viewer: { user: { handle: dave.handle } } });
    await dave.ask('mutation { logOut { errors { message } } }');
    await expect.poll(() => codeOf(dave, secret)).toEqual(['UNAUTHENTICATED']);
  });
});
