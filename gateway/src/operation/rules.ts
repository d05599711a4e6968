import type { Lifecycle, Logger, RedisCache } from '@murmuration/service-kit';
import type { GatewayConfig } from '../config.ts';
import type { AdmitOptions } from './admit.ts';
import { createExamine } from './documents/examine.ts';
import { createFindDocument } from './documents/find-document.ts';
import { createPersistedTexts } from './documents/persisted.ts';
import { loadTrustedDocuments } from './documents/trusted.ts';
import { createRateLimit } from './limits/rate-limit.ts';
import { accessLog } from './observe/access-log.ts';
import type { Observe } from './observe/observe.ts';
import { operationMetrics } from './observe/operation-metrics.ts';

/** What every operation meets, by the settings. */
export type Rules = Omit<AdmitOptions, 'serving' | 'plansAll'> & {
  maxTokens: number;
  observers: readonly Observe[];
};

export async function startRules(
  config: GatewayConfig,
  { lifecycle, logger, redis }: { lifecycle: Lifecycle; logger: Logger; redis: RedisCache | undefined },
): Promise<Rules> {
  const trusted = await loadTrustedDocuments({
    file: config.TRUSTED_DOCUMENTS_FILE,
    url: config.TRUSTED_DOCUMENTS_URL,
    token: config.SUPERGRAPH_TOKEN,
    keys: config.SUPERGRAPH_KEYS,
    pollMs: config.TRUSTED_DOCUMENTS_POLL_MS,
    isRequired: config.TRUSTED_DOCUMENTS_ONLY,
    logger,
  });
  lifecycle.onStop('trusted documents', async () => trusted.stop());
  const persisted = config.PERSISTED_QUERIES ? createPersistedTexts(redis) : undefined;
  const maxTokens = config.MAX_TOKENS;
  return {
    examine: createExamine({
      findDocument: createFindDocument({ trusted, persisted }),
      maxTokens,
      limits: {
        maxDepth: config.MAX_DEPTH,
        maxAliases: config.MAX_ALIASES,
        maxRootFields: config.MAX_ROOT_FIELDS,
        maxFields: config.MAX_FIELDS,
        maxNameLength: config.MAX_NAME_LENGTH,
      },
    }),
    persisted,
    takePoints: createRateLimit(
      { points: config.RATE_LIMIT_POINTS, windowSeconds: config.RATE_LIMIT_WINDOW_SECONDS },
      redis,
    ),
    maxTokens,
    maxListItems: config.MAX_LIST_ITEMS,
    overrideLabels: config.OVERRIDE_LABELS,
    observers: [
      operationMetrics(config.METRICS_MAX_OPERATIONS),
      ...(config.ACCESS_LOG ? [accessLog(logger)] : []),
    ],
  };
}
