import { ApolloGateway } from '@apollo/gateway';
import type { GatewayInterface } from './gateway-interface.ts';
import type { Logger } from '@murmuration/service-kit';
import type { SubgraphFetcher } from '../execution/types.ts';
import { createSupergraphManager } from './manager.ts';
import type { SupergraphSource } from './source.ts';
import { createStockDataSource } from './stock-data-source.ts';

/** `@apollo/gateway` loading, swapping and, as the oracle of ours, executing. */
export function createStockGateway(options: {
  source: SupergraphSource;
  pollMs: number;
  fetcher: SubgraphFetcher;
  logger: Logger;
}): GatewayInterface {
  return new ApolloGateway({
    supergraphSdl: createSupergraphManager({ ...options, prepare: async () => undefined }),
    buildService: (service) => createStockDataSource(service, options.fetcher),
    logger: options.logger,
    __exposeQueryPlanExperimental: false,
  });
}
