import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { ListLoaders } from './lists/loaders.ts';
import type { Services } from './services.ts';

export interface Context extends RequestContext {
  services: Services;
  /** Of lists: nothing else here is asked for more than once in a request. */
  loaders: ListLoaders;
}
