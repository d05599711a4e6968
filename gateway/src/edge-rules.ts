import type { ApolloServerPlugin } from '@apollo/server';
import { createRedisCache, type Lifecycle, type Logger } from '@murmuration/service-kit';
import type { ValidationRule } from 'graphql';
import type { GatewayConfig } from './config.ts';
import type { EdgeContext } from './context.ts';
import { accessLog } from './plugins/access-log.ts';
import { cacheHeader } from './plugins/cache-header.ts';
import type { HotDocuments } from './plugins/hot-documents.ts';
import { limitRules } from './plugins/limits.ts';
import { createListLimit, type ListLimit } from './plugins/list-limit.ts';
import { operationMetrics } from './plugins/operation-metrics.ts';
import { persistedQueries } from './plugins/persisted-queries.ts';
import { createRateLimit, type RateLimit } from './plugins/rate-limit.ts';
import { loadTrustedDocuments, type TrustedDocuments } from './plugins/trusted-documents.ts';

/** What an operation meets before it is executed. Over sockets and streams the same rules hold. */
export interface EdgeRules {
  /** Validation rules: they cost once a document. */
  rules: readonly ValidationRule[];
  /** Apollo Server's plugins, in the order in which an operation meets them. */
  plugins: readonly ApolloServerPlugin<EdgeContext>[];
  persistedQueries: ReturnType<typeof persistedQueries> | false;
  documents: TrustedDocuments;
  rateLimit: RateLimit;
  listLimit: ListLimit;
}

export async function createEdgeRules(
  config: GatewayConfig,
  logger: Logger,
  lifecycle: Lifecycle,
  hotDocuments: HotDocuments,
): Promise<EdgeRules> {
  const redis = config.REDIS_URL
    ? createRedisCache({ url: config.REDIS_URL, logger, name: 'gateway' })
    : undefined;
  if (redis) lifecycle.onStop('Redis', () => redis.close());
  const documents = await loadTrustedDocuments(config.TRUSTED_DOCUMENTS_FILE, config.TRUSTED_DOCUMENTS_ONLY);
  const rateLimit = createRateLimit(
    { points: config.RATE_LIMIT_POINTS, windowSeconds: config.RATE_LIMIT_WINDOW_SECONDS },
    redis,
  );
  const listLimit = createListLimit(config.MAX_LIST_ITEMS);
  return {
    rules: limitRules({
      maxDepth: config.MAX_DEPTH,
      maxAliases: config.MAX_ALIASES,
      maxRootFields: config.MAX_ROOT_FIELDS,
      maxFields: config.MAX_FIELDS,
    }),
    plugins: [
      operationMetrics(),
      ...(config.ACCESS_LOG ? [accessLog(logger)] : []),
      listLimit.plugin,
      ...(config.RATE_LIMIT_POINTS > 0 ? [rateLimit.plugin] : []),
      hotDocuments.plugin,
      cacheHeader,
    ],
    persistedQueries: config.PERSISTED_QUERIES && persistedQueries(documents, redis),
    documents,
    rateLimit,
    listLimit,
  };
}
