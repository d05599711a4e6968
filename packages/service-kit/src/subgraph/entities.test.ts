import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { expect, test } from 'vitest';
import { resolveEntitiesFast } from './entities.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { one: Int }
  type Bird @key(fields: "id") { id: ID! song: String }
  type Nest @key(fields: "id") { id: ID! }
`);

const birds: Record<string, unknown> = {
  robin: { id: 'robin', song: 'at once' },
  wren: Promise.resolve({ id: 'wren', song: 'in a while' }),
  dodo: null,
};

function schema() {
  const resolveBird = ({ id }: { id: string }) => {
    if (id === 'cat') throw new Error('no bird');
    return birds[id];
  };
  const made = buildSubgraphSchema([
    { typeDefs, resolvers: { Bird: { __resolveReference: resolveBird } } as never },
  ]);
  resolveEntitiesFast(made);
  return made;
}

const source = `query ($r: [_Any!]!) { _entities(representations: $r) {
  __typename ... on Bird { song } ... on Nest { id } } }`;
const ask = (r: object[]) => graphql({ schema: schema(), source, variableValues: { r } });
const bird = (id: string) => ({ __typename: 'Bird', id });

test('entities come in order, at once or later, and null where there is none', async () => {
  const { data, errors } = await ask([
    bird('wren'),
    bird('dodo'),
    bird('robin'),
    { __typename: 'Nest', id: '1' },
  ]);
  expect(errors).toBeUndefined();
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    _entities: [
      { __typename: 'Bird', song: 'in a while' },
      null,
      { __typename: 'Bird', song: 'at once' },
      { __typename: 'Nest', id: '1' },
    ],
  });
});

test('what is thrown or unknown is an error', async () => {
  expect((await ask([bird('cat')])).errors?.[0]?.message).toBe('no bird');
  expect((await ask([{ __typename: 'Fish', id: '1' }])).errors?.[0]?.message).toContain('Fish');
});
