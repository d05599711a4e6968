import type { DefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { createEntry } from './entry.ts';
import { parseDocument } from './parse-document.ts';

test('an operation has the switches that some condition of its document hangs on', () => {
  const text = `query A($on: Boolean = true, $off: Boolean!, $size: Int) { a(size: $size) { ...F } }
    fragment F on A { b @include(if: $on) c @skip(if: true) { d @skip(if: $off) } }
    query B($on: Boolean!) { a }`;
  const { operations } = createEntry('hash', text, parseDocument(text, 1_000));
  expect(operations.map(({ switches }) => switches)).toEqual([
    [
      { name: 'on', isOnByDefault: true },
      { name: 'off', isOnByDefault: false },
    ],
    [{ name: 'on', isOnByDefault: false }],
  ]);
});

/** How often a definition is looked at to know a document with so many operations. */
function looks(count: number): number {
  const names = Array.from({ length: count }, (_, at) => at);
  const text = names
    .map((at) => `query A${at}($a: B) { ...F${at} } fragment F${at} on Query { b }`)
    .join('\n');
  const parsed = parseDocument(text, 100_000);
  let looked = 0;
  const watched = (node: DefinitionNode) =>
    new Proxy(node, {
      get(target, key) {
        looked++;
        return Reflect.get(target, key);
      },
    });
  const document = { ...parsed.document, definitions: parsed.document.definitions.map(watched) };
  expect(createEntry('hash', text, { ...parsed, document }).operations).toHaveLength(count);
  return looked;
}

test('what is found out of a document takes time by its length, however many operations it holds', () => {
  expect(looks(200)).toBe(10 * looks(20));
});
