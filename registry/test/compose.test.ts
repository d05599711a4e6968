import { describe, expect, it } from 'vitest';
import { composeSubgraphs } from '../src/compose.ts';
import { compositionCodes } from '../src/composition/fixes.ts';
import type { Subgraph } from '../src/composition/subgraph.ts';
import { people, posts } from './cast.ts';

function errorsOf(subgraphs: Subgraph[]) {
  const composition = composeSubgraphs(subgraphs);
  if (composition.status !== 'failed') throw new Error('it composed');
  return composition.errors;
}

describe('composing', () => {
  it('gives a supergraph with the URLs, and the schema that clients see', () => {
    const composition = composeSubgraphs([{ ...people(), url: 'http://people.test' }, posts()]);
    if (composition.status !== 'composed') throw new Error(composition.errors[0]?.message);
    expect(composition.supergraphSdl).toContain(
      'PEOPLE @join__graph(name: "people", url: "http://people.test")',
    );
    expect(composition.apiSdl).not.toContain('join__');
    expect(Object.keys(composition.apiSchema.getQueryType()?.getFields() ?? {}).toSorted()).toEqual([
      'me',
      'post',
    ]);
  });

  it('is refused without subgraphs and with two of one name', () => {
    expect(errorsOf([])).toMatchObject([{ code: 'NO_SUBGRAPHS' }]);
    expect(errorsOf([people(), people()])).toMatchObject([
      { code: 'INVALID_SUBGRAPH_NAME', subgraph: 'people' },
    ]);
  });
});

describe('an error names code, subgraph, file, line and column, and how to fix it', () => {
  it('for a syntax error', () => {
    const [error] = errorsOf([{ ...people(), sdl: 'type Query {\n  me: }\n' }]);
    expect(error).toMatchObject({
      code: 'INVALID_GRAPHQL',
      subgraph: 'people',
      file: 'subgraphs/people/schema.graphql',
      line: 2,
      column: 7,
    });
    expect(error?.fix).toMatch(/^Correct the SDL/);
  });

  it('where the library gives a node', () => {
    const broken = people('name: String @key(fields: "id")');
    expect(errorsOf([broken])).toMatchObject([{ subgraph: 'people', line: 8, column: 16 }]);
  });

  it('where the library gives only names, at the coordinate it quotes', () => {
    const errors = errorsOf([
      people(),
      posts('text: String!'),
      { ...people('name: Int'), name: 'other', file: 'other.graphql' },
    ]);
    const sharing = errors.find(
      ({ code, coordinate }) => code === 'INVALID_FIELD_SHARING' && coordinate === 'User.name',
    );
    expect(sharing).toMatchObject({ line: 8, column: 3 });
    expect(errors.map(({ code }) => code)).toContain('FIELD_TYPE_MISMATCH');
    for (const error of errors)
      expect(error).toMatchObject({ file: expect.any(String), line: expect.any(Number) });
  });

  it('for a field that two subgraphs override, which the library alone would let pass', () => {
    const header =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@override"])';
    const taker = (name: string) => ({
      name,
      sdl: `${header}\ntype User @key(fields: "id") {\n  id: ID!\n  name: String @override(from: "people")\n}`,
    });
    expect(errorsOf([people(), taker('a'), taker('b')])).toMatchObject([
      { code: 'INVALID_FIELD_SHARING', coordinate: 'User.name', subgraph: 'b', line: 4, column: 3 },
    ]);
    expect(composeSubgraphs([people(), taker('a')]).status).toBe('composed');
  });

  const federation =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@provides", "@override"])';
  const owning = (type: string, header = federation) => `${header}\ntype Query { me: User }\n${type}`;
  const user = (field: string) => `type User @key(fields: "id") { id: ID! ${field} }`;
  const providing = (fields: string, type: string) =>
    `${federation}\ntype Query { posts: [Post] } type Post { author: User @provides(fields: "${fields}") } ${type}`;
  const provider = providing('name', user('name: String @external'));

  it.each([
    ['alone', owning(user('name: String')), provider],
    [
      'in an extension',
      owning(`type User @key(fields: "id") @shareable { id: ID! } extend type User { name: String }`),
      provider,
    ],
    [
      'of a type',
      owning(user('name: String')),
      providing(
        'name',
        'type User @key(fields: "id") { id: ID! } extend type User @external { name: String }',
      ),
    ],
    [
      'below',
      owning(`${user('address: Address')} type Address { name: String }`),
      providing(
        'address { name }',
        `${user('address: Address @external')} type Address { name: String @external }`,
      ),
    ],
    [
      'taken over',
      owning(user('other: Int')),
      provider,
      owning(user('name: String @override(from: "owner")')).replace('type Query { me: User }', ''),
    ],
  ])('for a field that another subgraph provides and its owner keeps for itself: %s', (_case, ...sdl) => {
    const subgraphs = sdl.map((text, position) => ({
      name: ['owner', 'provider', 'taker'][position] ?? '',
      sdl: text,
    }));
    const errors = errorsOf(subgraphs);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['INVALID_FIELD_SHARING']));
    expect(errors[0]).toMatchObject({ line: expect.any(Number), fix: expect.stringContaining('@shareable') });
  });

  it.each([
    ['shareable', owning(user('name: String @shareable'))],
    ['a key', owning('type User @key(fields: "id") @key(fields: "name") { id: ID! name: String }')],
    ['of a subgraph of federation 1', owning(user('name: String'), '')],
  ])('but not for a provided field that is %s', (_case, sdl) => {
    expect(
      composeSubgraphs([
        { name: 'owner', sdl },
        { name: 'provider', sdl: provider },
      ]).status,
    ).toBe('composed');
  });

  it('for all subgraphs at once', () => {
    const errors = errorsOf([
      people('name: Nowhere'),
      posts('text: Nothing @key(fields: "x")'),
      { name: 'z', sdl: '{' },
    ]);
    expect(new Set(errors.map(({ subgraph }) => subgraph))).toEqual(new Set(['people', 'posts', 'z']));
    expect(errors.length).toBeGreaterThan(3);
  });

  it('and every code that is known says what it means and what to do', () => {
    expect(Object.keys(compositionCodes).length).toBeGreaterThan(75);
    for (const { means, fix } of Object.values(compositionCodes)) {
      expect(means).toMatch(/^[A-Z@].*\.$/);
      expect(fix).toMatch(/^[A-Z@].*\.$/);
    }
  });
});
