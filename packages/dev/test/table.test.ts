import { expect, test } from 'vitest';
import type { Stack } from '../src/stack/stack.ts';
import { describeStack } from '../src/start/table.ts';

test('what a start prints holds no password: it ends in logs of others', () => {
  const stack = {
    url: 'http://127.0.0.1:4000',
    stateFolder: '/somewhere/.data',
    processes: new Map(),
    databaseUrls: { user: 'postgresql://murmuration:hush-hush@127.0.0.1:5/user' },
    redisUrl: 'redis://:hush-hush@127.0.0.1:6',
  } as unknown as Stack;
  const table = describeStack(stack, 1_000);
  expect(table).not.toContain('hush-hush');
  expect(table).toContain('postgresql://murmuration@127.0.0.1:5/user');
  expect(table).toContain('redis://127.0.0.1:6');
  expect(table).toContain('postgres');
});
