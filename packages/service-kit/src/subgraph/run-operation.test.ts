import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { createOperationRunner } from './run-operation.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  enum Size { SMALL LARGE }
  interface Animal { name: String! }
  type Bird implements Animal @key(fields: "id") { id: ID! name: String! song: String size: Size nest: Nest friends(first: Int = 2): [Bird]! }
  type Cat implements Animal { name: String! lives: Int! }
  type Nest { eggs: Int! owner: Bird! }
  union Pet = Bird | Cat
  input Wish { name: String! sizes: [Size!] }
  type Query { bird(id: ID!): Bird animals: [Animal!]! pets: [Pet]! strict: Bird! wish(wish: Wish!): String }
  type Mutation { rename(id: ID!, name: String!): Bird }
`);

const birds: Record<string, { id: string; name: string; size: string; secret?: boolean }> = {
  robin: { id: 'robin', name: 'Robin', size: 'SMALL' },
  heron: { id: 'heron', name: 'Heron', size: 'LARGE', secret: true },
};
const refused = () => new GraphQLError('Not for you.', { extensions: { code: 'FORBIDDEN' } });
const resolvers = {
  Query: {
    bird: (_root: unknown, { id }: { id: string }) => birds[id] ?? null,
    animals: async () => [birds['robin'], { __typename: 'Cat', name: 'Tom', lives: 9 }],
    pets: () => [birds['heron'], null, Promise.reject(new Error('ran away'))],
    strict: () => null,
    wish: (_root: unknown, { wish }: { wish: object }) => JSON.stringify(wish),
  },
  Animal: { __resolveType: (animal: { lives?: number }) => (animal.lives ? 'Cat' : 'Bird') },
  Pet: { __resolveType: () => 'Bird' },
  Bird: {
    __resolveReference: ({ id }: { id: string }) => birds[id] ?? null,
    song: async ({ secret }: { secret?: boolean }) => {
      if (secret) throw refused();
      return 'at once';
    },
    nest: ({ id }: { id: string }) => ({ owner: id === 'robin' ? birds['robin'] : null, eggs: 3 }),
    friends: (_bird: unknown, { first }: { first: number }) =>
      Array.from({ length: first }, (_, i) => (i === 0 ? birds['heron'] : Promise.resolve(birds['robin']))),
  },
  Mutation: {
    rename: (_root: unknown, { id, name }: { id: string; name: string }) => ({ ...birds[id], name }),
  },
};
const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);

const cases: { what: string; query: string; variables?: Record<string, unknown>; name?: string }[] = [
  {
    what: 'nested lists, aliases, fragments and arguments',
    query: `query ($n: Int) { bird(id: "robin") { ...b a: friends(first: $n) { ...b } friends { id } } } fragment b on Bird { __typename id name size }`,
    variables: { n: 3 },
  },
  {
    what: 'interfaces and unions',
    query: '{ animals { __typename name ... on Cat { lives } } pets { __typename ... on Bird { id } } }',
  },
  {
    what: 'skip and include',
    query: `query ($yes: Boolean!, $no: Boolean!) { bird(id: "robin") { id @skip(if: $yes) name @include(if: $yes) ... @include(if: $no) { song } nest @skip(if: $no) { eggs } } }`,
    variables: { yes: true, no: false },
  },
  { what: 'a null that reaches up', query: '{ bird(id: "heron") { id nest { eggs owner { id } } } }' },
  { what: 'a null that reaches the root', query: '{ strict { id } animals { name } }' },
  { what: 'an error with a code', query: '{ bird(id: "heron") { id song friends { song } } }' },
  {
    what: 'entities, known and unknown',
    query: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Bird { id song } } }',
    variables: { r: ['robin', 'dodo'].map((id) => ({ __typename: 'Bird', id })) },
  },
  {
    what: 'a variable inside a literal of a custom scalar',
    query:
      'query ($id: ID!) { _entities(representations: [{ __typename: "Bird", id: $id }]) { ... on Bird { id } } }',
    variables: { id: 'robin' },
  },
  {
    what: 'a variable inside an input object',
    query: 'query ($name: String!, $size: Size!) { wish(wish: { name: $name, sizes: [SMALL, $size] }) }',
    variables: { name: 'x', size: 'LARGE' },
  },
  {
    what: 'input objects',
    query: 'query ($w: Wish!) { wish(wish: $w) }',
    variables: { w: { name: 'x', sizes: ['LARGE'] } },
  },
  {
    what: 'a variable of the wrong shape',
    query: 'query ($w: Wish!) { wish(wish: $w) }',
    variables: { w: { nam: 'x' } },
  },
  { what: 'a variable that is missing', query: 'query ($id: ID!) { bird(id: $id) { id } }' },
  {
    what: 'one of several operations',
    query: 'query A { bird(id: "robin") { id } } query B { strict { id } }',
    name: 'A',
  },
  { what: 'a mutation', query: 'mutation { rename(id: "robin", name: "Rob") { name } }' },
  { what: 'the schema itself', query: '{ __type(name: "Bird") { name fields { name } } }' },
];

/** What is made of an error further on; on a request that does not fit each has words of its own. */
const comparable = (errors: readonly GraphQLError[] = []) =>
  errors
    .map(({ extensions, message, originalError, path }) => ({
      path,
      extensions: { ...extensions },
      message: path ? message : '',
      isOfAResolver: path !== undefined && originalError !== undefined,
    }))
    .sort((a, b) => String(a.path).localeCompare(String(b.path)));

test.each(cases)('compiled and interpreted answer alike: $what', async ({ name, query, variables }) => {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const run = {
    document,
    operationName: name ?? null,
    contextValue: {},
    variableValues: variables ?? null,
  };
  const interpreted = await createOperationRunner(schema, Number.POSITIVE_INFINITY)(run);
  const runCompiled = createOperationRunner(schema, 0);
  for (let round = 0; round < 3; round++) {
    const compiled = await runCompiled(run);
    expect(JSON.parse(JSON.stringify(compiled.data ?? null))).toEqual(
      JSON.parse(JSON.stringify(interpreted.data ?? null)),
    );
    expect('data' in compiled).toBe('data' in interpreted);
    expect(comparable(compiled.errors)).toEqual(comparable(interpreted.errors));
    for (const error of compiled.errors ?? []) expect(error).toBeInstanceOf(GraphQLError);
  }
});
