import { readFileSync } from 'node:fs';
import { createGraphClient } from '@murmuration/testing';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { seed } from '../../packages/dev/src/seed/index.ts';
import { startStory, type Story } from '../support/stack.ts';

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
