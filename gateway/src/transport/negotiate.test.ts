import { expect, test } from 'vitest';
import { negotiate } from './negotiate.ts';

/** What urql sends with every operation. */
const urql =
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';

test.each([
  ['urql', urql, 'application/graphql-response+json', 'sse'],
  ['who says nothing', undefined, 'application/json', undefined],
  ['who takes anything', '*/*', 'application/json', undefined],
  ['graphql-sse', 'text/event-stream', undefined, 'sse'],
  ['who refuses a stream', 'application/json, text/event-stream;q=0', 'application/json', undefined],
  ['who would rather have a stream', 'application/json;q=0.5, text/event-stream', 'application/json', 'sse'],
  [
    "one of Apollo's clients",
    'multipart/mixed;subscriptionSpec="1.0", application/json',
    'application/json',
    'multipart',
  ],
  ['who wants @defer', 'multipart/mixed;deferSpec=20220824, application/json', 'application/json', undefined],
  ['who takes neither', 'text/html', undefined, undefined],
])('%s is understood', (_, accept, json, transport) => {
  const negotiated = negotiate(accept);
  expect(negotiated.json?.split(';')[0]).toBe(json);
  expect(negotiated.stream?.transport).toBe(transport);
});

test('a header that is longer than any client sends is not read', () => {
  expect(negotiate(`${'multipart/mixed;'.repeat(1_000)}subscriptionspec`)).toEqual({
    json: undefined,
    stream: undefined,
  });
});
