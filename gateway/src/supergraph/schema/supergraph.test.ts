import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { SubgraphSdl } from '../../../test/differential/facts.ts';
import { generateGraph } from '../../../test/differential/generate-graph.ts';
import { composeSupergraph } from '../../../test/differential/local-subgraphs.ts';
import { handMade } from '../../../test/differential/run.ts';
import { subgraphNames } from '../../../../packages/dev/src/processes.ts';
import { withoutAccessRules } from '../../../../registry/src/composition/without-access-rules.ts';
import { loadSupergraph } from './supergraph.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../../../subgraphs/${name}/schema.graphql`, import.meta.url), 'utf8');
const federation = 'https://specs.apollo.dev/federation/v2.9';

/** Hides one of every kind, by a directive of another name; brings directives of its own, some for clients. */
const hides: SubgraphSdl[] = [
  {
    name: 'shown',
    sdl: `
extend schema
  @link(url: "${federation}", import: [
    "@key", "@tag", "@composeDirective", "@cost", "@listSize", { name: "@inaccessible", as: "@hidden" }])
  @link(url: "https://example.org/marks/v1.0", import: ["@mark", { name: "@note", as: "@remark" }])
  @composeDirective(name: "@mark")
  @composeDirective(name: "@remark")
directive @mark(of: String! = "x", level: Int = 3) on FIELD_DEFINITION | OBJECT | ARGUMENT_DEFINITION
directive @remark on ENUM_VALUE
directive @shout(times: Int = 2, secret: Int @hidden) on FIELD
directive @defer(if: Boolean) on FRAGMENT_SPREAD
scalar Day @specifiedBy(url: "https://example.org/day")
scalar Secret @hidden
"An animal"
interface Animal { name(long: Boolean = true, of: Secret @hidden): String! }
interface Ghost @hidden { boo: Int }
type Dog implements Animal & Ghost @key(fields: "id") @mark(of: "dog") {
  id: ID!
  name(long: Boolean = true, of: Secret @hidden): String!
  boo: Int @hidden @cost(weight: 3)
  born: Day @deprecated(reason: "it knows \\"not\\"") @tag(name: "x")
  friends(first: Int = 10 @mark, near: Near = { x: 1 }): [Animal!]! @listSize(slicingArguments: ["first"])
}
type Spirit @hidden { boo: Int }
union Any = Dog | Spirit
enum Mood { GOOD @remark BAD @deprecated SECRET @hidden }
input Near { x: Float! = 1.5, y: Float, z: Secret @hidden }
type Query { dog(mood: Mood = GOOD): Dog @mark  any: [Any]  spirit: Spirit @hidden }
type Mutation { pat(near: Near!): Dog }
type Feed { dog: Dog }
schema { query: Query mutation: Mutation subscription: Feed }`,
  },
  {
    name: 'other',
    sdl: `extend schema @link(url: "${federation}", import: ["@key"])
type Dog @key(fields: "id") { id: ID!  barks: Int }`,
  },
];

const graphs = new Map<string, readonly SubgraphSdl[]>([
  ...Object.entries(handMade),
  ['our own', subgraphNames.map((name) => ({ name, sdl: read(name) }))],
  ['one that hides', hides],
  ...[1, 2, 3, 4].map((seed) => [`generated from ${seed}`, generateGraph(seed)] as const),
]);

describe('a supergraph is read as federation-internals reads it', () => {
  const print = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));

  test.each([...graphs.keys()])('%s', (name) => {
    // As it is served: who may ask is for the subgraphs to say.
    const sdl = withoutAccessRules(composeSupergraph(graphs.get(name) ?? []));
    const ours = loadSupergraph(sdl);
    const theirs = Supergraph.build(sdl);
    expect(print(ours.apiSchema)).toBe(print(theirs.apiSchema().toGraphQLJSSchema()));
    expect(print(ours.fullSchema)).toBe(print(theirs.schema.toGraphQLJSSchema()));
    expect(ours.subgraphs).toEqual(theirs.subgraphsMetadata().map(({ name, url }) => ({ name, url })));
  });
});

describe('is refused', () => {
  const supergraph = composeSupergraph(hides);

  test.each([
    ['what is no GraphQL', 'type Query {', 'Syntax Error'],
    ['a schema of one service', 'type Query { a: Int }', 'Not a supergraph'],
    ['another join spec', supergraph.replace('/join/v0.5', '/join/v9.9'), '/join/v9.9'],
    [
      'what must not be served by who does not know it',
      supergraph.replace(
        /^schema\n/m,
        'schema @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)\n',
      ),
      'policy/v0.1 for SECURITY',
    ],
    ['a type that is nowhere', supergraph.replace('barks: Int', 'barks: Nowhere'), 'Nowhere'],
    ['what is no valid schema', supergraph.replace('name(long: Boolean', 'nome(long: Boolean'), 'nome'],
  ])('%s', (_, sdl, message) => {
    expect(() => Supergraph.build(sdl)).toThrow();
    expect(() => loadSupergraph(sdl)).toThrow(message);
  });
});
