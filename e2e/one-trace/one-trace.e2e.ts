import { type Stack, startStack } from '@murmuration/dev';
import { untilLetIn } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CollectedSpan, type Collector, startCollector } from './collector.ts';

let collector: Collector;
let stack: Stack;
beforeAll(async () => {
  collector = await startCollector();
  stack = await startStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
});
afterAll(async () => {
  await stack.stop();
  collector.close();
});

async function run(query: string, input: object, accessToken?: string) {
  const answer = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data } = (await answer.json()) as { data: Record<string, Record<string, unknown>> };
  return data;
}

/** From a span up to the root of its trace, as `service: name`; null until all of it has arrived. */
function lineOf(span: CollectedSpan): string[] | null {
  const own = `${span.service}: ${span.name}`;
  if (!span.parentSpanId) return [own];
  const parent = collector.spans.find(
    ({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId,
  );
  const above = parent && lineOf(parent);
  return above ? [own, ...above] : null;
}

test('a post is one trace, from the edge to the SQL of its subgraph and on into the timeline and its fan-out', async () => {
  const signUp =
    'mutation SignUp($input: SignUpInput!) { signUp(input: $input) { accessToken errors { code } } }';
  const account = { handle: 'bob', email: 'bob@example.org', password: 'a long enough secret' };
  const session = await untilLetIn(async () => {
    const { signUp: payload } = await run(signUp, account);
    return payload as { accessToken: string; errors: { code: string }[] };
  });
  const say =
    'mutation Say($input: CreatePostInput!) { createPost(input: $input) { post { text author { handle } } } }';
  const said = await run(say, { text: 'Traced' }, session.accessToken);
  expect(said['createPost']?.['post']).toMatchObject({ text: 'Traced', author: { handle: 'bob' } });

  const consumed = await arrives((span) => span.name === 'consume post');
  expect(consumed.line[1]).toBe('post: Mutation.createPost');
  expect(consumed.line[2]).toMatch(/^post: post Say/);
  expect(consumed.line.slice(3)).toEqual(requestTo('post'));
  const isOfTrace = ({ traceId }: CollectedSpan) => traceId === consumed.span.traceId;
  const pushed = await arrives((span) => isOfTrace(span) && span.name === 'fan-out');
  expect(pushed.line.slice(1)).toEqual(consumed.line.slice(1));
  for (const subgraph of ['post', 'user']) {
    const statement = await arrives(
      (span) => isOfTrace(span) && span.service === subgraph && span.name.startsWith('sql '),
    );
    expect(statement.line.slice(-3)).toEqual(requestTo(subgraph));
  }
});

/** What stands above an operation in a subgraph: its request, the gateway's fetch, the edge. */
function requestTo(subgraph: string): string[] {
  return [`${subgraph}: POST /graphql`, 'gateway: POST /graphql', 'gateway: POST /graphql'];
}

/** Waits for a span and all above it; the test's own timeout is the only limit. */
async function arrives(isIt: (span: CollectedSpan) => boolean) {
  for (;;) {
    for (const span of collector.spans.filter(isIt)) {
      const line = lineOf(span);
      if (line) return { span, line };
    }
    // Every process sends its spans when it likes.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
