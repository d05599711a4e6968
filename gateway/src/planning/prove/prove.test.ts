import { type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { link } from '../../../test/differential/graphs/link.ts';
import { composeSupergraph } from '../../../test/differential/local-subgraphs.ts';
import type { FetchNode, PathSegment, PlanNode, RequiredSelection } from '../plan.ts';
import { loadSupergraph } from '../../supergraph/schema/supergraph.ts';
import { createProver } from './prove.ts';
import { createReader } from './read-text.ts';

const prover = createProver(
  loadSupergraph(
    composeSupergraph([
      {
        name: 'people',
        sdl: `${link} type Query { me: User any: [Being!] }
          type Mutation { join(name: String!): User leave: Boolean }
          interface Being { id: ID! name: String }
          type User implements Being @key(fields: "id") @key(fields: "org nick") { id: ID! org: ID! nick: ID! name: String born: Int! }
          type Pet implements Being @key(fields: "id") { id: ID! name: String weight(unit: String): Int }`,
      },
      {
        name: 'posts',
        sdl: `${link} type User @key(fields: "id") @key(fields: "org", resolvable: false) @key(fields: "nick org") {
            id: ID! org: ID! @shareable nick: ID! posts: Int likes: Int! name: String @external mention: String @requires(fields: "name") }
          type Pet @key(fields: "id") { id: ID! weight(unit: String): Int @external food: Int @requires(fields: "weight(unit: \\"kg\\")") }`,
      },
    ]),
  ),
);

const judge = (text: string, node: PlanNode) => {
  const [operation] = parse(text, { noLocation: true }).definitions as [OperationDefinitionNode];
  return prover.prepare(operation, [])({ node }, createReader());
};

const field = (key: string): PathSegment => ({ kind: 'field', key });
const list: PathSegment = { kind: 'list' };

function root(
  subgraph: string,
  operation: string,
  operationKind: FetchNode['operationKind'] = 'query',
): FetchNode {
  return { kind: 'Fetch', subgraph, operation, operationKind, operationName: undefined, variables: [] };
}

function entities(
  path: PathSegment[],
  subgraph: string,
  type: string,
  sent: string[],
  asked: string,
): PlanNode {
  const selections = ['__typename', ...sent].map((one): RequiredSelection => {
    const [key = '', name = key] = one.split('>');
    return { kind: 'Field', key, name };
  });
  return {
    kind: 'Flatten',
    path,
    node: {
      ...root(
        subgraph,
        `query($representations:[_Any!]!){_entities(representations:$representations){${asked}}}`,
      ),
      requires: [{ kind: 'InlineFragment', typeCondition: type, selections }],
    },
  };
}

const sequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
const parallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });
const me = (asked: string) => root('people', `{me{__typename ${asked}}}`);
const posts = (sent: string[], asked = 'posts') =>
  entities([field('me')], 'posts', 'User', sent, `...on User{${asked}}`);

test.each([
  ['by a key', '{ me { posts } }', sequence(me('id'), posts(['id']))],
  ['by a whole compound key', '{ me { posts } }', sequence(me('org nick'), posts(['org', 'nick']))],
  ['with what is required', '{ me { mention } }', sequence(me('id name'), posts(['id', 'name'], 'mention'))],
  [
    'with what is required under its arguments',
    '{ any { id ... on Pet { food } } }',
    sequence(
      root('people', '{any{__typename id ...on Pet{kg:weight(unit:"kg")}}}'),
      entities([field('any'), list], 'posts', 'Pet', ['id', 'kg>weight'], '...on Pet{food}'),
    ),
  ],
  ['what nothing asks and may be null', '{ me { id } }', me('id name')],
  ['a key that nothing asks', '{ me { name } }', me('name org')],
  [
    'what nothing asks, beside which nothing else is asked of an entity',
    '{ me { id } }',
    sequence(me('id'), posts(['id'], 'likes')),
  ],
])('believes a plan that fetches %s', (_, operation, node) => {
  expect(judge(operation, node)).toBeUndefined();
});

test.each([
  [
    'a key that its subgraph does not resolve',
    '{ me { posts } }',
    sequence(me('org'), posts(['org'])),
    /resolves no User by/,
  ],
  ['a mash of two keys', '{ me { posts } }', sequence(me('nick'), posts(['nick'])), /resolves no User by/],
  [
    'what is required not sent',
    '{ me { mention } }',
    sequence(me('id name'), posts(['id'], 'mention')),
    /requires is not sent/,
  ],
  [
    'what is required sent under other arguments',
    '{ any { id ... on Pet { food } } }',
    sequence(
      root('people', '{any{__typename id ...on Pet{lb:weight(unit:"lb")}}}'),
      entities([field('any'), list], 'posts', 'Pet', ['id', 'lb>weight'], '...on Pet{food}'),
    ),
    /requires is not sent/,
  ],
  [
    'another field sent for the key',
    '{ me { posts } }',
    sequence(me('name'), posts(['name>id'])),
    /is sent as id and is name/,
  ],
  [
    'a key that nobody fetched',
    '{ me { posts } }',
    sequence(me('name'), posts(['id'])),
    /Nobody brings User.posts/,
  ],
  [
    'a key that is fetched beside',
    '{ me { posts } }',
    parallel(me('id'), posts(['id'])),
    /Nobody brings User.posts/,
  ],
  ['a selection that no fetch brings', '{ me { name posts } }', me('name'), /Nobody brings User.posts/],
  [
    'a branch of an abstract type uncovered',
    '{ any { name } }',
    root('people', '{any{__typename ...on User{name}}}'),
    /Nobody brings Pet.name/,
  ],
  [
    'the type of an abstract place unasked',
    '{ any { name } }',
    root('people', '{any{name}}'),
    /type of an object of Being/,
  ],
  [
    'an external field asked',
    '{ me { name } }',
    sequence(me('id'), posts(['id'], 'name')),
    /it is external there/,
  ],
  [
    'a condition of its own',
    '{ me { name } }',
    root('people', 'query($v:Boolean!){me{name @include(if:$v)}}'),
    /decides something by itself/,
  ],
  [
    'two things under one key',
    '{ any { ... on Pet { weight } } }',
    root('people', '{any{__typename ...on Pet{weight weight:id}}}'),
    /is both/,
  ],
  [
    'a mutation run twice',
    'mutation { join(name: "a") { id } }',
    sequence(
      root('people', 'mutation{join(name:"a"){id}}', 'mutation'),
      root('people', 'mutation{join(name:"a"){id}}', 'mutation'),
    ),
    /otherwise than it is written/,
  ],
  [
    'mutations side by side',
    'mutation { leave join(name: "a") { id } }',
    parallel(
      root('people', 'mutation{leave}', 'mutation'),
      root('people', 'mutation{join(name:"a"){id}}', 'mutation'),
    ),
    /side by side/,
  ],
  ['what nothing asks and may not be null', '{ me { name } }', me('name born'), /User.born is fetched where/],
  [
    'what nothing asks of an entity and may not be null, beside what is asked',
    '{ me { posts } }',
    sequence(me('id'), posts(['id'], 'posts likes')),
    /User.likes is fetched where/,
  ],
  ['no GraphQL', '{ me { name } }', root('people', '{me{}}'), /not GraphQL/],
])('does not believe a plan with %s', (_, operation, node, why) => {
  expect(judge(operation, node)).toMatch(why);
});
