import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { Loaders } from './loaders.ts';
import type { Services } from './services.ts';

/** What every resolver gets: who asks, what was already loaded for them, and the domain. */
export interface Context extends RequestContext {
  /** Replaced after each mutation of a request, since what they remember may have changed. */
  loaders: Loaders;
  services: Services;
}
