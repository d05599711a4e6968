import { afterEach, expect, test, vi } from 'vitest';
import { processStages } from '../src/processes.ts';
import { environmentOf } from '../src/stack/environment.ts';

afterEach(() => vi.unstubAllEnvs());

const all = {
  INTERNAL_KEYS: 'shared',
  JWT_SIGNING_KEYS: 'signs tokens',
  USER_DATABASE_URL: 'users',
  POST_DATABASE_URL: 'posts',
};

function environment(name: string, own: Record<string, string> = {}) {
  const definition = processStages()
    .flat()
    .find((each) => each.name === name);
  if (!definition) throw new Error(`no process ${name}`);
  return environmentOf(definition, all, own);
}

test('each process gets the common settings and its own secrets only', () => {
  expect(environment('user')).toMatchObject({ JWT_SIGNING_KEYS: 'signs tokens', USER_DATABASE_URL: 'users' });
  expect(environment('user')).not.toHaveProperty('POST_DATABASE_URL');
  expect(environment('post')).toMatchObject({ INTERNAL_KEYS: 'shared', POST_DATABASE_URL: 'posts' });
  expect(environment('post')).not.toHaveProperty('JWT_SIGNING_KEYS');
  expect(environment('gateway')).not.toHaveProperty('USER_DATABASE_URL');
});

test('a secret of the shell does not slip past the list', () => {
  vi.stubEnv('JWT_SIGNING_KEYS', 'from the shell');
  expect(environment('gateway')).not.toHaveProperty('JWT_SIGNING_KEYS');
});

test('what one process is given wins over what all are given', () => {
  expect(environment('post', { INTERNAL_KEYS: 'mine' })['INTERNAL_KEYS']).toBe('mine');
});
