import type { Logger } from '@murmuration/service-kit';
import type { GatewayConfig } from '../config.ts';
import type { GenerationOptions } from './types.ts';

/** How a serving gateway plans. */
export function planningOptionsOf(config: GatewayConfig, logger: Logger): Omit<GenerationOptions, 'fetcher'> {
  return {
    planner: config.PLANNER,
    timeoutMs: config.PLAN_TIMEOUT_MS,
    maxWaiting: config.PLAN_MAX_WAITING,
    maxEvaluatedPlans: config.PLAN_MAX_EVALUATED,
    maxHeapMiB: config.PLAN_MAX_HEAP_MIB,
    planInThread: true,
    allowsIntrospection: config.INTROSPECTION,
    onFallback: (why) =>
      logger.warn({ err: why }, "Hive's planner does not load here: all operations are planned by Apollo's"),
    onRefusal: (planner, { reason, message }) =>
      logger.debug({ planner, reason, why: message }, 'a plan was not taken'),
  };
}
