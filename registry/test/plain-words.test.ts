import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { diffSchemas } from '../src/changes/diff-schemas.ts';

const withDefaults = buildSchema(`
  directive @d(a: Int = 1) on FIELD
  type Query { a(x: Int = 1): Int }
  input I { a: Int = 1 }
`);
const without = buildSchema(`
  directive @d(a: Int) on FIELD
  type Query { a(x: Int): Int }
  input I { a: Int }
`);

it('a default that goes or comes is said to go or come, never to be undefined', async () => {
  const gone = (await diffSchemas(withDefaults, without)).map(({ message }) => message);
  const come = (await diffSchemas(without, withDefaults)).map(({ message }) => message);
  expect(gone).toHaveLength(3);
  expect(come).toHaveLength(3);
  for (const message of [...gone, ...come]) expect(message).not.toContain('undefined');
  for (const message of gone) expect(message).toMatch(/ was removed; it was '1'$/);
  for (const message of come) expect(message).toMatch(/added/);
});
