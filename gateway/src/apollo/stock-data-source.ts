import type { GraphQLDataSource } from '@apollo/gateway';
import { errorCodes } from '@murmuration/service-kit';
import { GraphQLError } from 'graphql';
import type { EdgeContext } from '../operation/context.ts';
import type { SubgraphFetcher } from '../execution/types.ts';

/** Lets the stock executor send its fetches the way ours are sent: signed, pooled, bounded. */
export function createStockDataSource(
  service: { name: string; url?: string | undefined },
  fetcher: SubgraphFetcher,
): GraphQLDataSource {
  return {
    async process({ request, context }) {
      const { query = '', operationName, variables } = request;
      const edge = context as EdgeContext;
      const variablesJson = JSON.stringify(variables ?? {});
      try {
        const response = await fetcher.fetch({
          subgraph: service.name,
          url: service.url,
          query,
          operationName,
          variablesJson,
          body: JSON.stringify({ query, operationName, variables }),
          kind: query.startsWith('mutation') ? 'mutation' : 'query',
          context: edge,
          signal: edge.signal,
        });
        if (response.extensions) edge.onExtensions(service.name, response.extensions);
        return response as Awaited<ReturnType<GraphQLDataSource['process']>>;
      } catch (error) {
        throw new GraphQLError('A part of the graph could not be reached', {
          extensions: { code: errorCodes.downstream },
          ...(error instanceof Error ? { originalError: error } : {}),
        });
      }
    },
  };
}
