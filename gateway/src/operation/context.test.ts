import { anonymous } from '@murmuration/service-kit';
import { expect, it } from 'vitest';
import { answeredPosition, createEdgeContext, requestIdOf } from './context.ts';

const create = (position?: string) =>
  createEdgeContext({ identity: anonymous, requestId: 'r', position, deadlineMs: 1_000 });

it('answers where each subgraph wrote, and nothing twice', () => {
  const context = create();
  expect(answeredPosition(context)).toBeUndefined();
  context.onExtensions('user', { position: 'u1' });
  context.onExtensions('user', { position: 'u2' });
  context.onExtensions('post', { position: 'u2,p1' });
  context.onExtensions('post', { other: true });
  expect(answeredPosition(context)).toBe('u2,p1');
});

it('keeps reads at different positions apart, and drops what is no position', () => {
  expect(create('p1').partition).toBe('p1');
  expect(create('x'.repeat(5_000)).position).toBeUndefined();
});

it('accepts a request id only if it can stand in a log line', () => {
  expect(requestIdOf({ 'x-request-id': 'abc-1.2:3' })).toBe('abc-1.2:3');
  for (const bad of ['', 'a b', 'a\nb', 'x'.repeat(200)]) {
    expect(requestIdOf({ 'x-request-id': bad })).toMatch(/^[\w-]{36}$/);
  }
});
