import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { Generation } from '../planning/types.ts';
import { createReadDocument, documentLimits } from './documents.ts';

const generation = { apiSchema: buildSchema('type Query { id: ID }') } as Generation;
const read = createReadDocument({ rules: [], maxTokens: 4_000, allowsIntrospection: true });

test('a text is parsed once, and large ones push each other out', () => {
  const first = read('{ id }', generation);
  expect(read('{ id }', generation)).toBe(first);
  const long = '#'.repeat(100_000);
  const many = documentLimits.cachedBytes / (documentLimits.bytesPerCharacter * long.length);
  for (let number = 0; number <= many; number++) read(`query Q${number} { id } ${long}`, generation);
  expect(read('{ id }', generation)).not.toBe(first);
});
