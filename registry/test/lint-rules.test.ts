import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { lintSubgraph } from '../src/lint/lint-subgraph.ts';
import { lintRules } from '../src/lint/rules/index.ts';

/** Rule, SDL that it likes, SDL that it does not, the coordinates it complains of, and a subgraph beside it. */
const table: [rule: string, good: string, bad: string, coordinates: string[], beside?: string][] = [
  ['description-style', '"""a""" type A { """x""" x: Int }', '"a" type A { "x" x: Int }', ['A', 'x']],
  [
    'input-name',
    'type Mutation { a(input: AInput!): A }',
    'type Mutation { a(id: ID!): A b(input: Args): A }',
    ['Mutation.a(id:)', 'Mutation.b(input:)'],
  ],
  [
    'naming-convention',
    'type Ab { cD(eF: Int): Int } enum E { A_B } input In { a: Int }',
    'type ab { C_d(E: Int): Int } enum E { a } input In { A: Int }',
    ['ab', 'ab.C_d', 'ab.C_d(E:)', 'E.a', 'In.A'],
  ],
  [
    'no-hashtag-description',
    '# file comment\n\ntype A { x: Int # trailing\n }',
    '# says what A is\ntype A {\n # and x\n x: Int }',
    ['A', 'A.x'],
  ],
  [
    'no-scalar-result-type-on-mutation',
    'type Mutation { a: A } type A { x: Int }',
    'scalar D type Mutation { a: Boolean! b: [D] }',
    ['Mutation.a', 'Mutation.b'],
  ],
  [
    'no-typename-prefix',
    'type User { name: String user: User }',
    'type User { userName: String }',
    ['User.userName'],
  ],
  [
    'no-unreachable-types',
    'type Query { a: A } interface I { x: Int } type A implements I { x: Int } type E @key(fields: "id") { u: U } union U = B type B { x: Int }',
    'type Query { a: Int } type A { b: B } type B { x: Int } input In { x: Int }',
    ['A', 'B', 'In'],
  ],
  [
    'relay-arguments',
    'type A { b(first: Int, after: String): BConnection }',
    'type A { b(first: Int): BConnection! }',
    ['A.b'],
  ],
  [
    'relay-connection-types',
    'type AConnection { edges: [AEdge!]! pageInfo: PageInfo! }',
    'type AConnection { edges: AEdge pageInfo: PageInfo }',
    ['AConnection', 'AConnection'],
  ],
  [
    'relay-edge-types',
    'type AConnection { edges: [AEdge] } type AEdge { node: A cursor: String! }',
    'type AConnection { edges: [Edgy] } type Edgy { node: [A] }',
    ['Edgy', 'Edgy', 'Edgy'],
  ],
  [
    'relay-page-info',
    'type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }',
    'type PageInfo { hasNextPage: Boolean! startCursor: String endCursor: String }',
    ['PageInfo'],
  ],
  [
    'require-deprecation-date',
    'type A { x: Int @deprecated(reason: "Use y. Since 2026-01-31.") }',
    'type A { x: Int @deprecated(reason: "Use y.") }',
    ['x'],
  ],
  [
    'require-deprecation-reason',
    'type A { x: Int @deprecated(reason: "Use y.") }',
    'type A { x: Int @deprecated y(a: Int @deprecated): Int }',
    ['x', 'a'],
  ],
  [
    'require-description',
    'type Query { "a" a: A } "A" type A { "x" x: Int } extend type A { "y" y: Int }',
    'type A { x: Int } enum E { V } input In { f: Int } extend type B { y: Int }',
    ['A', 'A.x', 'E', 'E.V', 'In', 'In.f', 'B.y'],
  ],
  [
    'require-nullable-fields-with-oneof',
    'input In @oneOf { a: Int b: Int }',
    'input In @oneOf { a: Int! b: Int }',
    ['In.a'],
  ],
  [
    'require-nullable-result-in-root',
    'type Query { a: A as: [A!]! v: V! } type A @key(fields: "id") { id: ID! } type V { x: Int }',
    'type Query { a: A! } type A @key(fields: "id") { id: ID! }',
    ['Query.a'],
  ],
  [
    'shared-description',
    '"A person." type User @key(fields: "id") { "Its id." id: ID! "Of ours." likes: Int } "Why." enum E { "One." A }',
    '"A person here." type User @key(fields: "id") { "The key." id: ID! "Of ours." likes: Int } "Why not." enum E { "The one." A }',
    ['User', 'User.id', 'E', 'E.A'],
    '"A person." type User @key(fields: "id") { "Its id." id: ID! "A." a: Int "B." b: Int } "Why." enum E { "One." A }',
  ],
  [
    'strict-id-in-types',
    'type A @key(fields: "id") { id: ID! } type V { x: Int }',
    'type A @key(fields: "x") { x: Int } type B @key(fields: "id") { id: ID }',
    ['A', 'B'],
  ],
  ['unique-enum-value-names', 'enum E { A B }', 'enum E { A a }', ['E.a']],
];

function findings(rule: string, sdl: string, beside = 'scalar Nothing') {
  const target = { name: 's', file: 's.graphql', document: parse(sdl) };
  const config = { default: 'ignore', rules: { [rule]: 'fail' } } as const;
  return lintSubgraph(target, config, [{ name: 'owner', document: parse(beside) }]);
}

describe('lint rules', () => {
  it('has a test for every rule', () => {
    expect(table.map(([rule]) => rule)).toEqual(lintRules.map(({ name }) => name));
  });

  it.each(table)('%s', (rule, good, bad, coordinates, beside) => {
    expect(findings(rule, good, beside)).toEqual([]);
    const found = findings(rule, bad, beside);
    expect(found.map(({ coordinate }) => coordinate).toSorted()).toEqual(coordinates.toSorted());
    for (const one of found)
      expect(one).toMatchObject({ rule, severity: 'fail', file: 's.graphql', isNew: true });
  });

  it('points at the place', () => {
    expect(findings('naming-convention', 'type A {\n  Bad: Int\n}')).toMatchObject([{ line: 2, column: 3 }]);
  });
});
