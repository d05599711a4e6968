import { anonymous } from '@murmuration/service-kit';
import { expect, it } from 'vitest';
import { createEdgeContext } from '../context.ts';
import { addStandings } from './rate-limit-headers.ts';

const follows = { quota: 400, windowSeconds: 86_400, left: 399, resetSeconds: 86_000 };

it('lists the limits of subgraphs behind that of the edge, each as it was told last', () => {
  const context = createEdgeContext({ identity: anonymous, requestId: 'r', deadlineMs: 1_000 });
  context.onExtensions('user', { rateLimits: { follows } });
  context.onExtensions('user', { rateLimits: { follows: { ...follows, left: 398 } } });
  const edge = { 'ratelimit-policy': '"default";q=3;w=60', ratelimit: '"default";r=2;t=60' };
  expect(addStandings(edge, context.standings)).toEqual({
    'ratelimit-policy': '"default";q=3;w=60, "follows";q=400;w=86400',
    ratelimit: '"default";r=2;t=60, "follows";r=398;t=86000',
  });
});

it.each([
  ['no limits', 'follows'],
  ['null', null],
  ['a name that ends the field', { 'x", "default': follows }],
  ['a number that is none', { follows: { ...follows, left: '1\r\nset-cookie: a=b' } }],
  ['a number below zero', { follows: { ...follows, left: -1 } }],
  ['half a standing', { follows: { quota: 1 } }],
])('takes %s from no subgraph', (_what, rateLimits) => {
  const context = createEdgeContext({ identity: anonymous, requestId: 'r', deadlineMs: 1_000 });
  context.onExtensions('user', { rateLimits });
  expect(addStandings({}, context.standings)).toEqual({});
});
