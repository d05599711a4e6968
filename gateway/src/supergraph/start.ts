import type { Logger } from '@murmuration/service-kit';
import type { GatewayConfig } from '../config.ts';
import type { SubgraphFetcher } from '../execution/types.ts';
import { checkSupergraph } from '../apollo/check-supergraph.ts';
import { createEntries } from '../operation/documents/entries.ts';
import type { Rules } from '../operation/rules.ts';
import { warm } from '../operation/warm.ts';
import { createGeneration } from '../planning/generation.ts';
import { startSupergraph, type SupergraphHost } from './host.ts';
import { planningOptionsOf } from '../planning/options-of.ts';
import { createLastGood } from './last-good.ts';
import { sourceOf } from './source-of.ts';

/** Serves the supergraph that the settings name. */
export function startSupergraphOf(
  config: GatewayConfig,
  { fetcher, logger, rules }: { fetcher: SubgraphFetcher; logger: Logger; rules: Rules },
): Promise<SupergraphHost> {
  return startSupergraph({
    source: sourceOf(config),
    lastGood: createLastGood(config.SUPERGRAPH_LAST_GOOD_FILE, logger),
    pollMs: config.SUPERGRAPH_POLL_MS,
    logger,
    accept: checkSupergraph,
    prepare: (sdl) => ({
      // Its plans are kept in the entries of the documents that they are of.
      generation: createGeneration(sdl, { ...planningOptionsOf(config, logger), fetcher }),
      entries: createEntries(config.PLAN_CACHE_BYTES),
    }),
    warm: (next, before) => warm(next, before, rules),
  });
}
