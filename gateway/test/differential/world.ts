import { Supergraph } from '@apollo/federation-internals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { Plan } from '../../src/planning/plan.ts';
import type { PlannerName } from '../../src/planning/planner.ts';
import type { PlannerOptions } from '../../src/planning/create-planners.ts';
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  parse,
} from 'graphql';
import type { SubgraphFetcher, SubgraphRequest, SubgraphResponse } from '../../src/execution/types.ts';
import { createGeneration } from '../../src/planning/generation.ts';
import type { Generation } from '../../src/planning/types.ts';
import { type Facts, factsOf, type SubgraphSdl } from './facts.ts';
import { hash } from './random.ts';
import { composeSupergraph } from './local-subgraphs.ts';
import { createStockGateway, type StockGateway } from './stock.ts';
import { createUniverse, type Universe, type WorldObject } from './universe.ts';

/** How subgraphs misbehave in one case; undefined lets a request through. */
export type Sabotage = (request: Pick<SubgraphRequest, 'subgraph'>) => Mishap | undefined;

/** `holes`: fields are left out of an answer, without any error. */
export type Mishap = 'reject' | 'errors' | 'nonsense' | 'holes';

/** One supergraph with its three executors over the same generated data. */
export interface World {
  readonly name: string;
  /** Who is asked first; Apollo's is then alone. */
  readonly planner: PlannerName;
  readonly facts: Facts;
  readonly universe: Universe;
  readonly generation: Generation;
  readonly apiSchema: GraphQLSchema;
  readonly stock: StockGateway;
  /** Requests of the last run, and the mutations that ran, in order. */
  readonly requests: Pick<SubgraphRequest, 'subgraph' | 'query' | 'variablesJson'>[];
  readonly mutations: string[];
  readonly plans: { readonly plan: Plan; readonly planner: PlannerName }[];
  /** Why planners' plans of the last run were not taken. */
  readonly refusals: string[];
  sabotage: Sabotage;
  /** What one schema over the same data answers. */
  truth(document: DocumentNode, variables: Record<string, unknown>): Promise<ExecutionResult>;
  /** The first event of a subscription, as its subgraph would send it. */
  event(subgraph: string, query: string, variables: Record<string, unknown>): Promise<SubgraphResponse>;
}

const rootNames = new Set(['Query', 'Mutation', 'Subscription']);

export async function createWorld(
  name: string,
  subgraphs: readonly SubgraphSdl[],
  seed: number,
  options: PlannerOptions = {},
): Promise<World> {
  const sdl = composeSupergraph(subgraphs);
  const facts = factsOf(subgraphs);
  const full = Supergraph.build(sdl).schema.toGraphQLJSSchema();
  const universe = createUniverse(full, facts, seed);
  const mutations: string[] = [];
  const resolver: GraphQLFieldResolver<unknown, unknown> = (source, args, _context, info) => {
    const parent = info.parentType.name;
    if (parent === 'Mutation') mutations.push(`${info.fieldName}(${JSON.stringify(args)})`);
    const root: WorldObject = { __typename: parent, type: parent, n: 0 };
    return universe.resolve(rootNames.has(parent) ? root : (source as WorldObject), info.fieldName, args);
  };
  const schemas = new Map(subgraphs.map((subgraph) => [subgraph.name, subgraphSchema(subgraph, universe)]));
  const requests: World['requests'] = [];

  async function answer(
    subgraph: string,
    query: string,
    variables: Record<string, unknown>,
  ): Promise<SubgraphResponse> {
    const schema = schemas.get(subgraph);
    if (!schema) throw new Error(`No subgraph ${subgraph}`);
    const document = parse(query, { noLocation: true });
    const result = await execute({
      schema,
      document,
      variableValues: variables,
      fieldResolver: resolver,
      rootValue: {},
    });
    return JSON.parse(JSON.stringify(result)) as SubgraphResponse;
  }

  async function ask(subgraph: string, query: string, variablesJson: string): Promise<SubgraphResponse> {
    requests.push({ subgraph, query, variablesJson });
    switch (world.sabotage({ subgraph })) {
      case 'reject':
        throw new Error('sabotaged');
      case 'errors':
        return { data: null, errors: [{ message: 'sabotaged' }] };
      case 'nonsense':
        return { data: { _entities: 'nonsense' } };
      case 'holes':
        return withHoles(
          await answer(subgraph, query, JSON.parse(variablesJson) as Record<string, unknown>),
          seed,
        );
      default:
        return answer(subgraph, query, JSON.parse(variablesJson) as Record<string, unknown>);
    }
  }

  const fetcher: SubgraphFetcher = {
    fetch: ({ subgraph, query, variablesJson }) => ask(subgraph, query, variablesJson),
  };
  const plans: World['plans'] = [];
  const refusals: string[] = [];
  const generation = createGeneration(sdl, {
    ...options,
    fetcher,
    onPlan: (plan, _name, planner) => void plans.push({ plan, planner }),
    onRefusal: (planner, why) => void refusals.push(`${planner}: ${why.reason}: ${why.message}`),
  });
  const world: World = {
    name,
    planner: options.planner ?? 'hive',
    facts,
    universe,
    generation,
    apiSchema: generation.apiSchema,
    stock: await createStockGateway(sdl, ask),
    requests,
    mutations,
    plans,
    refusals,
    sabotage: () => undefined,
    truth: async (document, variableValues) =>
      execute({
        schema: generation.apiSchema,
        document,
        variableValues,
        fieldResolver: resolver,
        rootValue: {},
      }),
    event: answer,
  };
  return world;
}

/** Leaves out one field of about nine. */
function withHoles<T>(value: T, seed: number): T {
  if (typeof value !== 'object' || value === null) return value;
  // A custom scalar's value (see universe.ts) is whole.
  if ('any' in value) return value;
  if (Array.isArray(value)) return value.map((one, i) => withHoles(one, seed + i)) as T;
  const kept = Object.entries(value).filter(([key]) => key === 'data' || hash(seed, key) % 9 !== 0);
  return Object.fromEntries(kept.map(([key, one]) => [key, withHoles(one, hash(seed, key))])) as T;
}

function subgraphSchema({ sdl }: SubgraphSdl, universe: Universe): GraphQLSchema {
  const typeDefs = parse(sdl, { noLocation: true });
  const schema = buildSubgraphSchema(typeDefs);
  const isHere = (type: string) => isObjectType(schema.getType(type));
  const resolvers: Record<string, unknown> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    if (type.name.startsWith('_') || rootNames.has(type.name)) continue;
    resolvers[type.name] = {
      __resolveReference: (ref: Record<string, unknown>) => universe.find(ref, isHere),
    };
  }
  return buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
}
