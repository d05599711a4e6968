import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { expect, test } from 'vitest';
import { createValidateDocument } from './validate-document.ts';

const schema = buildSchema(`
  type Query { me: User user(id: ID!, near: Near): User any: Any }
  type Mutation { rename(name: String!): User }
  type Subscription { renamed: User other: User }
  input Near { x: Int! y: Int }
  union Any = User | Post
  type User { id: ID! name: String friends(first: Int): [User] }
  type Post { id: ID! title: String }
`);
const validateDocument = createValidateDocument(schema, true);

/** Each breaks another rule, with as few signs as it takes. */
test.each([
  '{ me }',
  '{ me { id { x } } }',
  '{ nope }',
  '{ user { id } }',
  '{ me { id } } { me { name } }',
  'query A { me { id } } query A { me { id } }',
  'subscription { renamed { id } other { id } }',
  'type A { a: Int }',
  '{ me @nope { id } }',
  '{ me { id @skip(if: true) @skip(if: true) } }',
  '{ user(id: 1, id: 2) { id } }',
  '{ user(id: 1, nope: 2) { id } }',
  '{ user(id: {}) { id } }',
  '{ user(id: 1, near: { x: 1, x: 2 }) { id } }',
  '{ user(id: 1, near: { y: 1 }) { id } }',
  'query ($v: Int!, $v: Int!) { user(id: $v) { id } }',
  'query ($v: User) { me { id } }',
  'query ($v: ID) { user(id: $v) { id } }',
  '{ user(id: $v) { id } }',
  'query ($v: Nope) { me { friends(first: $v) { id } } }',
  '{ ...F }',
  '{ me { ...F ...F } } fragment F on User { ...F }',
  '{ me { id } } fragment F on User { id }',
  '{ me { ... on Post { id } } }',
  '{ me { ... on ID { id } } }',
  '{ me { ...F } } fragment F on User { id } fragment F on User { name }',
  '{ me { x: id x: name } }',
  'fragment F on User { id }',
  '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
  '{ __type(name: "User") { fields { type { fields { type { fields { name } } } } } } }',
])('refuses what the specification refuses: %s', (text) => {
  const document = parse(text);
  const expected = validate(schema, document, specifiedRules).map(({ message }) => message);
  expect(expected.length).toBeGreaterThan(0);
  expect(validateDocument(document, text).map(({ message }) => message)).toEqual(
    expect.arrayContaining(expected),
  );
});

test.each([
  'subscription { renamed @skip(if: true) { id } }',
  'subscription ($on: Boolean!) { renamed @include(if: $on) { id } }',
  'subscription { ... @skip(if: false) { renamed { id } } }',
  'subscription { ...F @include(if: true) } fragment F on Subscription { renamed { id } }',
  'subscription { ...F } fragment F on Subscription { renamed @skip(if: true) { id } }',
])('refuses conditions on the root of a subscription: %s', (text) => {
  const messages = validateDocument(parse(text), text).map(({ message }) => message);
  expect(messages).toEqual([
    expect.stringMatching(/^Directive "@(skip|include)" may not be used on the root/),
  ]);
});

test.each([
  'subscription ($on: Boolean!) { renamed { id @skip(if: $on) } }',
  'query Q($on: Boolean!) { me @skip(if: $on) { id } } subscription S { renamed { id } }',
])('takes conditions elsewhere: %s', (text) => {
  expect(validateDocument(parse(text), text)).toEqual([]);
});

test('hides what introspection hides where that is off', () => {
  const text = '{ __schema { types { name } } nam }';
  const messages = createValidateDocument(schema, false)(parse(text), text).map(({ message }) => message);
  expect(messages.join()).toContain('introspection');
  expect(messages.join()).not.toContain('Did you mean');
});
