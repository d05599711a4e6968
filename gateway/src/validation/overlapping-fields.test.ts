import { buildSchema, OverlappingFieldsCanBeMergedRule as reference, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { createRandom, type Random } from '../../test/differential/random.ts';
import { maxSteps, OverlappingFieldsCanBeMergedRule } from './overlapping-fields.ts';

const schema = buildSchema(`
  type Query { any: Any node: Node a: A b: B list: [A!]! one(n: Int, in: In): Int two: Int! name: String }
  input In { x: Int y: Int }
  union Any = A | B | C
  interface Node { node: Node any: Any name: String one(n: Int, in: In): Int }
  type A implements Node { node: Node any: Any name: String one(n: Int, in: In): Int a: A list: [B] two: Int! }
  type B implements Node { node: A any: Any name: String one(n: Int, in: In): Int a: A list: [A!] two: String }
  type C { node: B name: String! two: Int a: C }
`);

const fields = ['node', 'any', 'name', 'one', 'a', 'list', 'two', 'nope'];
const types = ['A', 'B', 'C', 'Node', 'Any', 'Query', 'Nope'];
const texts = ['', '', '(n: 1)', '(n: 2)', '(in: { x: 1, y: 2 })', '(in: { y: 2, x: 1 })', '(n: $v)'];

/** Names from so few that they meet; half of it does not fit the schema, which the rule must bear. */
function selections(random: Random, depth: number): string {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const roll = random.below(10);
    if (roll === 0) return `...F${random.below(3)}`;
    if (roll < 4 && depth > 0) return `... on ${random.pick(types)} { ${selections(random, depth - 1)} }`;
    const alias = random.chance(0.3) ? `${random.pick(['name', 'node', 'x'])}: ` : '';
    const name = random.pick(fields);
    const below = depth > 0 && random.chance(0.6) ? ` { ${selections(random, depth - 1)} }` : '';
    return `${alias}${name}${name === 'one' ? random.pick(texts) : ''}${below}`;
  }).join(' ');
}

function documentOf(random: Random): string {
  const fragments = [0, 1, 2].map(
    (i) => `fragment F${i} on ${random.pick(types)} { ${selections(random, 2)} }`,
  );
  return `query ($v: Int) { ${selections(random, 4)} } ${fragments.join(' ')}`;
}

const conflicts = (text: string, rule: typeof reference) => validate(schema, parse(text), [rule]);

test('finds a conflict exactly where graphql-js finds one', () => {
  const random = createRandom(4);
  const found = { valid: 0, invalid: 0 };
  for (let i = 0; i < 4_000; i++) {
    const text = documentOf(random);
    const expected = conflicts(text, reference).length > 0;
    expect([text, conflicts(text, OverlappingFieldsCanBeMergedRule).length > 0]).toEqual([text, expected]);
    found[expected ? 'invalid' : 'valid']++;
  }
  expect(Math.min(found.valid, found.invalid)).toBeGreaterThan(400);
});

test.each([
  '{ x: name x: two }',
  '{ a { x: name } a { x: two } }',
  '{ node { ... on A { two } ... on B { two } } }',
  '{ one(n: 1) one(n: 2) }',
])('says what graphql-js says of %s', (text) => {
  const messages = (rule: typeof reference) => conflicts(text, rule).map(({ message }) => message);
  expect(messages(OverlappingFieldsCanBeMergedRule)).toEqual(messages(reference));
});

test('what repeats a field two thousand times is valid, as it is not for graphql-js', () => {
  const text = `{ ${'a { name } '.repeat(1_000)} }`;
  expect(conflicts(text, OverlappingFieldsCanBeMergedRule)).toEqual([]);
  expect(conflicts(text, reference)).not.toEqual([]);
});

test('looks once at what fragments share, however often they double it', () => {
  const tower = Array.from(
    { length: 40 },
    (_, i) => `fragment T${i} on A { a { ...T${i + 1} } x${i}: a { ...T${i + 1} name } }`,
  );
  const text = `{ a { ...T0 } } ${tower.join(' ')} fragment T40 on A { name }`;
  expect(conflicts(text, OverlappingFieldsCanBeMergedRule)).toEqual([]);
});

test('gives up on more than it has time for', () => {
  const [problem] = conflicts(`{ ${'name '.repeat(maxSteps + 1)} }`, OverlappingFieldsCanBeMergedRule);
  expect(problem?.message).toBe('The document repeats too many fields to be validated.');
});
