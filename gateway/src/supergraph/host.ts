import { ApolloGateway } from '@apollo/gateway';
import { Gauge, type Logger, metrics } from '@murmuration/service-kit';
import type { EdgeContext } from '../context.ts';
import { createGatewayInterface, type GatewayAdaptor, type Run } from '../execution/apollo.ts';
import type { SubgraphFetcher } from '../execution/types.ts';
import { createGeneration } from '../planning/generation.ts';
import type { Generation, WarmDocument } from '../planning/types.ts';
import type { GatewayInterface } from './gateway-interface.ts';
import type { LastGood } from './last-good.ts';
import { createSupergraphManager } from './manager.ts';
import type { SupergraphSource } from './source.ts';
import { createStockDataSource } from './stock-data-source.ts';

let cachedBytes = () => 0;
export const planCacheBytes = new Gauge({
  name: 'gateway_plan_cache_bytes',
  help: 'Memory that the documents and plans of the present supergraph hold, as estimated',
  registers: [metrics],
  collect() {
    this.set(cachedBytes());
  },
});

export interface SupergraphHost {
  /** What Apollo Server executes with. */
  gateway: GatewayInterface;
  /** The same without Apollo Server, if it is our executor. */
  run: Run<EdgeContext> | undefined;
  /** The generation that admits operations now. Subscriptions are planned on it whatever executes the rest. */
  current(): Generation;
  /** Calls back after each swap. */
  onSwap(callback: (next: Generation) => void): () => void;
  stop(): Promise<void>;
}

export interface HostOptions {
  executor: 'apollo' | 'murmuration';
  source: SupergraphSource;
  lastGood: LastGood;
  pollMs: number;
  planCacheBytes: number;
  fetcher: SubgraphFetcher;
  logger: Logger;
  /** Documents to plan on a new generation before it takes traffic. */
  hotDocuments(): Iterable<WarmDocument>;
}

/**
 * Loads the supergraph through `@apollo/gateway` and hot-swaps it: a new one is planned on, warmed, checked
 * by `@apollo/gateway` and only then takes traffic. What has started ends on the generation that admitted it.
 */
export async function startSupergraph(options: HostOptions): Promise<SupergraphHost> {
  const { fetcher, logger } = options;
  const callbacks = new Set<(next: Generation) => void>();
  let prepared: Generation | undefined;
  let current: Generation | undefined;
  let adaptor: GatewayAdaptor<EdgeContext> | undefined;

  async function prepare(sdl: string): Promise<void> {
    // A cold plan takes tens of milliseconds, and some never end: in a thread that delays or fails one request.
    const generation = createGeneration(sdl, {
      fetcher,
      planInThread: true,
      cacheBytes: options.planCacheBytes,
    });
    const warmed = await generation.warm(options.hotDocuments());
    if (warmed.planned + warmed.failed > 0) logger.info(warmed, 'planned hot operations on a new supergraph');
    prepared = generation;
  }

  const stock = new ApolloGateway({
    supergraphSdl: createSupergraphManager({ ...options, prepare }),
    buildService: (service) => createStockDataSource(service, fetcher),
    logger: quietly(logger),
    __exposeQueryPlanExperimental: false,
  });
  stock.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => {
    if (!prepared || prepared.supergraphSdl !== coreSupergraphSdl) return;
    current = prepared;
    cachedBytes = current.cachedBytes;
    prepared = undefined;
    adaptor?.swap(current);
    for (const callback of callbacks) callback(current);
  });

  function requireCurrent(): Generation {
    if (!current) throw new Error('no supergraph is loaded yet');
    return current;
  }

  async function ourGateway(): Promise<GatewayInterface> {
    await stock.load({ apollo: {} });
    adaptor = createGatewayInterface<EdgeContext>({
      generation: requireCurrent(),
      requestContextOf: (context) => context,
      signalOf: ({ signal }) => signal,
    });
    return adaptor.gateway;
  }

  const gateway = options.executor === 'apollo' ? stock : await ourGateway();
  return {
    gateway,
    run: adaptor?.run,
    current: requireCurrent,
    onSwap(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    stop: () => stock.stop(),
  };
}

/** `@apollo/gateway` reports what the manager reports better, and complains of subgraphs whose URL is a setting. */
function quietly(logger: Logger): Logger {
  return logger.child({}, { level: logger.isLevelEnabled('debug') ? 'debug' : 'fatal' });
}
