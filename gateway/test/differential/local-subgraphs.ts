import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql';
import type { SubgraphFetcher, SubgraphRequest, SubgraphResponse } from '../../src/execution/types.ts';

/** Resolvers by type and field, `__resolveReference` and `__resolveType` among them. */
export type Resolvers = Record<string, Record<string, unknown>>;

export interface LocalSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: Resolvers;
}

/** Composes subgraphs with Apollo's own composition; throws all of its complaints. */
export function composeSupergraph(subgraphs: readonly Pick<LocalSubgraph, 'name' | 'sdl'>[]): string {
  const result = composeServices(
    subgraphs.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: `http://${name}.invalid` })),
  );
  if (result.supergraphSdl === undefined) {
    throw new Error(`Does not compose:\n${result.errors?.map((error) => error.message).join('\n')}`);
  }
  return result.supergraphSdl;
}

export function schemaOf({ sdl, resolvers }: LocalSubgraph): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
}

export interface LocalFetcher extends SubgraphFetcher {
  /** Every request so far, oldest first. */
  readonly requests: SubgraphRequest[];
}

/** Subgraphs in this process, behind the interface that HTTP ones have: JSON goes in and comes out. */
export function createLocalFetcher(
  schemas: ReadonlyMap<string, GraphQLSchema>,
  intercept?: (request: SubgraphRequest) => Promise<SubgraphResponse> | undefined,
): LocalFetcher {
  const documents = new Map<string, DocumentNode>();
  const requests: SubgraphRequest[] = [];
  return {
    requests,
    async fetch(request) {
      requests.push(request);
      const replaced = await intercept?.(request);
      if (replaced) return replaced;
      const schema = schemas.get(request.subgraph);
      if (!schema) throw new Error(`No subgraph ${request.subgraph}`);
      let document = documents.get(request.query);
      if (!document) documents.set(request.query, (document = parse(request.query)));
      const result = await execute({
        schema,
        document,
        operationName: request.operationName,
        variableValues: JSON.parse(request.variablesJson) as Record<string, unknown>,
        contextValue: {},
      });
      return JSON.parse(JSON.stringify(result)) as SubgraphResponse;
    },
  };
}
