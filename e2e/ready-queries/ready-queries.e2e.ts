import { readFileSync } from 'node:fs';
import { createGraphClient } from '@murmuration/testing';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { seed } from '../../packages/dev/src/seed/index.ts';
import { startStory, type Story } from '../support/stack.ts';
import { filled, needsViewer, readTour, type TourOperation } from './tour.ts';

interface Example {
  name: string;
  query: string;
  variables: string;
  isSignIn: boolean;
}

let story: Story;
let examples: Example[];
beforeAll(async () => {
  story = await startStory();
  await seed({ databases: story.databaseUrls, onProgress: () => {} });
  examples = (await (await fetch(`${story.url}/ide/examples`)).json()) as Example[];
});
afterAll(() => story.stop());

const isSubscription = ({ query }: Example) => /^subscription/m.test(query);

async function tokenOf(example: Example | undefined): Promise<string> {
  const answer = await createGraphClient(story.graphUrl).ask<{ logIn: { accessToken: string } }>(
    example?.query ?? '',
  );
  return answer.logIn.accessToken;
}

test('the page offers every ready query of the file: none has stopped to fit the graph', () => {
  const file = readFileSync(new URL('../../gateway/examples/murmuration.graphql', import.meta.url), 'utf8');
  const names = [...file.matchAll(/^(?:query|mutation|subscription) (\w+)/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(6);
  expect(examples.map(({ name }) => name)).toEqual(names);
});

test('each of them works as it stands, signed in as alice by the first', async () => {
  const alice = createGraphClient(story.graphUrl).as(
    await tokenOf(examples.find(({ isSignIn }) => isSignIn)),
  );
  for (const example of examples.filter((each) => !isSubscription(each))) {
    const { data, errors } = await alice.send<Record<string, { errors?: unknown[] } | null>>(
      example.query,
      JSON.parse(example.variables) as object,
    );
    expect([example.name, errors]).toEqual([example.name, []]);
    for (const [field, value] of Object.entries(data ?? {})) {
      expect([example.name, field, value === null, value?.errors ?? []]).toEqual([
        example.name,
        field,
        false,
        [],
      ]);
    }
  }
});

test('the ready subscription shows what bob says', async () => {
  const token = await tokenOf(examples.find(({ name }) => name === 'SignInAsAlice'));
  const socket = createClient({
    url: story.graphUrl.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const live = socket.iterate({ query: examples.find(isSubscription)?.query ?? '' });
  const heard = (async () => {
    // The town that was made moments ago may still be on its way.
    for await (const event of live) if (JSON.stringify(event).includes('Seen live')) return event;
  })();
  const bob = createGraphClient(story.graphUrl).as(
    await tokenOf(examples.find(({ name }) => name === 'SignInAsBob')),
  );
  // Posted until it is seen: the subscription may not be open yet when the first one is.
  const posting = setInterval(() => {
    void bob.send('mutation { createPost(input: { text: "Seen live" }) { errors { message } } }');
  }, 300);
  const event = await heard.finally(() => clearInterval(posting));
  expect(event?.data).toMatchObject({ homeTimelineUpdates: { __typename: 'PostAdded' } });
  await socket.dispose();
});

test('each operation of the schema tour works as it stands, one after the other', async () => {
  const tour = readTour();
  expect(tour.length).toBeGreaterThanOrEqual(25);
  const nobody = createGraphClient(story.graphUrl);
  const answers = new Map<string, unknown>();
  const warnings: unknown[] = [];
  const warn = vi.spyOn(console, 'warn').mockImplementation((...said) => void warnings.push(said));
  onTestFinished(() => warn.mockRestore());
  const introspection = await nobody.ask<IntrospectionQuery>(getIntrospectionQuery());
  const tokens = () => (answers.get('LogInMutation') as { logIn: { accessToken: string } }).logIn;
  for (const operation of tour) {
    const variables = filled(operation, answers);
    const client = needsViewer(operation) ? nobody.as(tokens().accessToken) : nobody;
    const cached =
      operation.kind === 'query' &&
      createCachingClient(needsViewer(operation) ? tokens().accessToken : null, introspection);
    const { data, errors } =
      operation.kind === 'subscription'
        ? await firstEvent(
            operation,
            variables,
            needsViewer(operation) ? tokens().accessToken : undefined,
            answers,
          )
        : await client.send<Record<string, unknown>>(operation.document, variables);
    expect([operation.name, errors]).toEqual([operation.name, []]);
    for (const value of Object.values(data ?? {})) {
      expect([
        operation.name,
        value === null,
        (value as { errors?: unknown[] } | null)?.errors ?? [],
      ]).toEqual([operation.name, false, []]);
    }
    if (cached) {
      // A client that keeps objects by their ids shows the same as it came; the town may still be on its way.
      await vi.waitFor(
        async () => {
          const plain = await client.send(operation.document, variables);
          const shown = await cached.query(operation.document, variables).toPromise();
          expect([operation.name, shown.error]).toEqual([operation.name, undefined]);
          expect(withoutTypes(shown.data)).toEqual(withoutTypes(plain.data));
        },
        { timeout: 60_000, interval: 500 },
      );
    }
    answers.set(operation.name, data);
  }
  expect(warnings).toEqual([]);
});

/** What has no id of its own belongs to what it hangs on; lists and their edges graphcache knows by their names. */
const keyless = Object.fromEntries(
  [
    'ThreadAncestor',
    'UserStub',
    'ViewerRelation',
    'MentionFacet',
    'HashtagFacet',
    'LinkFacet',
    'Poll',
    'PollOption',
  ].map((type) => [type, () => null]),
);

/** urql with its normalising cache, which knows the schema. */
function createCachingClient(accessToken: string | null, schema: IntrospectionQuery): Client {
  return new Client({
    url: story.graphUrl,
    preferGetMethod: false,
    requestPolicy: 'network-only',
    exchanges: [cacheExchange({ schema, keys: keyless }), fetchExchange],
    fetchOptions: accessToken ? { headers: { authorization: `Bearer ${accessToken}` } } : {},
  });
}

/** The cache asks for the types of everything. */
function withoutTypes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (key === '__typename' ? undefined : each)));
}

/** Opens a subscription of the tour and has bob answer what the tour said until it tells of it. */
async function firstEvent(
  { document, kind, name }: TourOperation,
  variables: Record<string, unknown>,
  token: string | undefined,
  answers: ReadonlyMap<string, unknown>,
) {
  expect(kind).toBe('subscription');
  const socket = createClient({
    url: story.graphUrl.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    ...(token ? { connectionParams: { authorization: `Bearer ${token}` } } : {}),
  });
  const bob = createGraphClient(story.graphUrl).as(
    await tokenOf(examples.find((example) => example.name === 'SignInAsBob')),
  );
  const { createPost } = (answers.get('CreatePostMutation') ?? {}) as {
    createPost?: { post: { id: string } };
  };
  const said: Promise<unknown>[] = [];
  const speaking = setInterval(() => {
    const input = { text: 'Go on #murmuration', ...(createPost && { replyToId: createPost.post.id }) };
    said.push(
      bob.send('mutation ($input: CreatePostInput!) { createPost(input: $input) { errors { message } } }', {
        input,
      }),
    );
  }, 300);
  try {
    for await (const { data, errors } of socket.iterate<Record<string, { __typename: string }>>({
      query: document,
      variables,
    })) {
      const [event] = Object.values(data ?? {});
      if (errors || ['PostAdded', 'ReplyAdded', 'PublicPostAdded'].includes(event?.__typename ?? ''))
        return { data, errors: errors ?? [] };
    }
    throw new Error(`${name} ended without an event`);
  } finally {
    clearInterval(speaking);
    await Promise.all(said);
    await socket.dispose();
  }
}
