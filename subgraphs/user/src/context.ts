import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { Asker } from './loaders.ts';
import { createNodeLoaders } from './nodes/owners.ts';
import type { Services } from './services.ts';

/** What every resolver gets: who asks, what was already loaded for them, and the domain. */
export interface Context extends Asker {
  services: Services;
}

export function createContext(request: RequestContext, services: Services): Context {
  const view = services.viewOf(request.viewerId);
  const nodes = createNodeLoaders(services.nodeOwners, request);
  return Object.assign(request, { services, loaders: Object.assign(view, { nodes }) });
}
