import { ApolloGateway } from '@apollo/gateway';
import type { Logger } from '@murmuration/service-kit';
import type { SubgraphFetcher } from '../execution/types.ts';
import { createStockDataSource } from './stock-data-source.ts';

export interface StockGateway {
  gateway: ApolloGateway;
  /** @throws what it says of a supergraph that it cannot serve; it then keeps the one that it has */
  take(sdl: string): void;
}

/** `@apollo/gateway` as an executor, its fetches sent the way ours are. Apollo Server has it load its supergraph. */
export function createStockGateway(
  supergraphSdl: string,
  { fetcher, logger }: { fetcher: SubgraphFetcher; logger: Logger },
): StockGateway {
  let update: ((sdl: string) => void) | undefined;
  const gateway = new ApolloGateway({
    supergraphSdl: async (options) => {
      update = options.update;
      return { supergraphSdl };
    },
    buildService: (service) => createStockDataSource(service, fetcher),
    // What it reports is reported better where supergraphs are loaded, and it complains of URLs that are settings.
    logger: logger.child({}, { level: logger.isLevelEnabled('debug') ? 'debug' : 'fatal' }),
    __exposeQueryPlanExperimental: false,
  });
  return { gateway, take: (sdl) => update?.(sdl) };
}
