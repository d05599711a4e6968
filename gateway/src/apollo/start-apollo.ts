import type { Lifecycle, Logger } from '@murmuration/service-kit';
import type { GatewayConfig } from '../config.ts';
import type { SubgraphFetcher } from '../execution/types.ts';
import { maskErrors } from '../operation/mask-errors.ts';
import type { Execute } from '../operation/road.ts';
import type { SupergraphHost } from '../supergraph/host.ts';
import { createApolloExecution } from './execute-by-apollo.ts';
import { loadApolloPlugins } from './load-plugins.ts';
import { createOurGateway } from './our-gateway.ts';
import { createStockGateway } from './stock-gateway.ts';

export interface ApolloOptions {
  config: GatewayConfig;
  host: SupergraphHost;
  fetcher: SubgraphFetcher;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Execution of queries and mutations by Apollo Server, with our executor or the stock one behind it. */
export async function startApollo(options: ApolloOptions): Promise<Execute> {
  const { config, host, lifecycle, logger } = options;
  const gateway = config.EXECUTOR === 'apollo' ? followedBy(options) : createOurGateway(host);
  const { execute, stop } = await createApolloExecution({
    gateway,
    documentOf: (hash) => host.serving().entries.byHash(hash)?.document,
    plugins: await loadApolloPlugins(config.APOLLO_PLUGINS),
    mask: maskErrors(logger),
    logger,
  });
  lifecycle.onStop('Apollo Server', stop);
  return execute;
}

/** `@apollo/gateway`, which takes every supergraph that is served from now on. */
function followedBy({ fetcher, host, logger }: ApolloOptions) {
  const { gateway, take } = createStockGateway(host.serving().generation.supergraphSdl, {
    fetcher,
    logger,
  });
  host.onSwap(({ generation }) => take(generation.supergraphSdl));
  return gateway;
}
