import { type FieldNode, type OperationDefinitionNode, parse, print, visit } from 'graphql';
import { expect, test } from 'vitest';
import { clientKey, signatureOf } from '../field-signature.ts';
import { normaliseOperation } from './normalise.ts';

function normalise(source: string) {
  const [operation] = parse(source).definitions as [OperationDefinitionNode];
  const normal = normaliseOperation(operation, new Set(['id', 'sku']));
  const fields: FieldNode[] = [];
  visit(operation, { Field: (field) => void fields.push(field) });
  const dataKeys = new Map(normal.dataKeys);
  const keyOf = (field: FieldNode) => dataKeys.get(signatureOf(field)) ?? clientKey(field);
  const keys = Object.fromEntries(fields.map((field) => [print(field), keyOf(field)]));
  return { text: print(normal.operation).replace(/\s+/g, ' '), keys, normal };
}

test('an ordinary operation is left as it is', () => {
  expect(normalise('{ a { b c: d } }').text).toBe('{ a { b c: d } }');
});

test('an alias never takes the name of a key or a required field', () => {
  expect(normalise('{ a { id: name id2: id } }').text).toBe('{ a { id__m0: name id2: id } }');
});

test('one name for different things gets a key for each', () => {
  const { text, keys } = normalise('{ a { ... on X { v: f(n: 1) } ... on Y { v: f(n: 2) } } }');
  expect(text).toBe('{ a { ... on X { v: f(n: 1) } ... on Y { v__m0: f(n: 2) } } }');
  expect(keys).toMatchObject({ 'v: f(n: 1)': 'v', 'v: f(n: 2)': 'v__m0' });
});

test('the order in which arguments and their fields are written says nothing', () => {
  const { text } = normalise('{ a { f(n: 1, o: { x: 1, y: 2 }) { b } f(o: { y: 2, x: 1 }, n: 1) { c } } }');
  expect(text).not.toContain('__m');
});

test('names of the language and of Object.prototype are kept out of the data', () => {
  expect(normalise('{ toString: a __x: b t: __typename }').text).toBe(
    '{ toString__m0: a u_x__m0: b __typename }',
  );
});

test("the planner's own variable is out of the client's reach", () => {
  const { text, normal } = normalise('query ($representations: Int) { a(n: $representations) }');
  expect(text).toBe('query ($representations__m: Int) { a(n: $representations__m) }');
  expect(normal.clientVariables).toEqual([['representations__m', 'representations']]);
});

test('variables that nothing uses are left out', () => {
  expect(normalise('query ($v: Boolean!, $n: Int) { a(n: $n) }').text).toBe('query ($n: Int) { a(n: $n) }');
});

test('__proto__ is refused as a response key', () => {
  expect(() => normalise('{ __proto__: a }')).toThrow('cannot be a response key');
});
