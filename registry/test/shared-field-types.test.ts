import { printSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { composeSubgraphs } from '../src/compose.ts';
import type { Subgraph } from '../src/composition/subgraph.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable", "@key", "@override", "@requires", "@provides", "@external"])';
const cat = (of = '') => `type Cat${of} @shareable { name: String }`;
const dog = (of = '') => `type Dog${of} @shareable { name: String }`;

const kinds: Record<string, string> = {
  union: `${cat()} ${dog()} union Wide = Cat | Dog`,
  interface: `interface Wide { name: String } ${cat(' implements Wide')} ${dog(' implements Wide')}`,
};

function subgraph(name: string, sdl: string): Subgraph {
  return { name, sdl: `${link}\n${sdl}`, file: `${name}.graphql` };
}

function compose(subgraphs: Subgraph[]) {
  const composition = composeSubgraphs(subgraphs);
  if (composition.status === 'failed') throw new Error(JSON.stringify(composition.errors));
  return composition;
}

describe.each(Object.keys(kinds))('a shared field that some return as a member of an %s', (kind) => {
  describe.each([
    ['Cat', 'Wide', 'Wide'],
    ['Cat!', 'Wide!', 'Wide!'],
    ['Cat!', 'Wide', 'Wide'],
    ['[Cat!]!', '[Wide!]', '[Wide!]'],
    ['[[Cat]]', '[[Wide]]', '[[Wide]]'],
  ])('%s beside %s', (narrow, wide, expected) => {
    it.each([
      { first: 'the narrow subgraph', narrowName: 'a', wideName: 'b' },
      { first: 'the wide subgraph', narrowName: 'b', wideName: 'a' },
    ])('has the wide type when $first comes first', ({ narrowName, wideName }) => {
      const { apiSchema, supergraphSdl } = compose([
        subgraph(
          narrowName,
          `type Query { pet: ${narrow} @shareable } ${cat()} type Box @shareable { pet: ${narrow} }`,
        ),
        subgraph(
          wideName,
          `type Query { pet: ${wide} @shareable box: Box } ${kinds[kind]} type Box @shareable { pet: ${wide} }`,
        ),
      ]);
      expect(String(apiSchema.getQueryType()?.getFields()['pet']?.type)).toBe(expected);
      expect(printSchema(apiSchema)).toContain(`type Box {\n  pet: ${expected}\n}`);
      expect(supergraphSdl).toContain(`@join__field(graph: ${narrowName.toUpperCase()}, type: "${narrow}")`);
    });
  });

  it.each([
    ['Cat', 'Wide!'],
    ['Cat', '[Wide]'],
    ['[Cat!]', '[Wide]!'],
  ])('%s beside %s is refused: no type fits both', (narrow, wide) => {
    const composition = composeSubgraphs([
      subgraph('a', `type Query { pet: ${narrow} @shareable } ${cat()}`),
      subgraph('b', `type Query { pet: ${wide} @shareable } ${kinds[kind]}`),
    ]);
    expect(composition).toMatchObject({
      status: 'failed',
      errors: [{ code: 'FIELD_TYPE_MISMATCH', coordinate: 'Query.pet', line: 2 }],
    });
  });
});

it('the fields of an interface must fit too', () => {
  const named = (type: string) => `interface Named { name: ${type} } type Query { x${type}: Named }`;
  const composition = composeSubgraphs([subgraph('a', named('Int')), subgraph('b', named('String'))]);
  expect(composition).toMatchObject({ status: 'failed', errors: [{ code: 'FIELD_TYPE_MISMATCH' }] });
});

describe('what the composition library lets pass is refused with place and fix', () => {
  const owner = (field: string) =>
    `type Query { users: [User] ${field} } type User @key(fields: "id") { id: ID! name: String @external label: String @requires(fields: "name") }`;
  const namer = (field = '') =>
    `type Query { names: String ${field} } type User @key(fields: "id") { id: ID! name: String ${field ? '' : 'label: String @override(from: "a")'} }`;

  it('an @override of a field that its source computes by @requires', () => {
    expect(composeSubgraphs([subgraph('a', owner('')), subgraph('b', namer())])).toMatchObject({
      status: 'failed',
      errors: [
        {
          code: 'OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE',
          subgraph: 'b',
          coordinate: 'User.label',
          file: 'b.graphql',
          line: 2,
        },
      ],
    });
  });

  it('an @override of a field whose source @provides others', () => {
    const provides = 'best: User @provides(fields: "name")';
    const taken = 'best: User @override(from: "a")';
    const errors = composeSubgraphs([
      subgraph('a', owner(provides)),
      subgraph('b', namer(taken).replace('name: String', 'name: String @shareable')),
    ]);
    expect(errors).toMatchObject({
      status: 'failed',
      errors: [{ code: 'OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE', coordinate: 'Query.best' }],
    });
  });

  it.each([
    ['https://example.com/colour', 'which is no version'],
    ['https://example.com/colour/v1.0.1', 'ends in "v1.0.1"'],
    ['https://example.com/v1.0', 'names no specification'],
    ['https://example.com/colour/v1.0/', 'no version at its end'],
    ['colour', 'no URL'],
  ])('a @link to %s', (url, problem) => {
    const sdl = `type Query { x: Int }\nextend schema @link(url: "${url}")`;
    const composition = composeSubgraphs([subgraph('a', sdl)]);
    expect(composition).toMatchObject({
      status: 'failed',
      errors: [{ code: 'INVALID_LINK_IDENTIFIER', file: 'a.graphql', line: 3, column: 26 }],
    });
    if (composition.status === 'failed') expect(composition.errors[0]?.message).toContain(problem);
  });
});
