import type { RequestContext } from '@murmuration/service-kit/subgraph';
import { createNodeLoaders, type NodeLoaders } from './nodes/owners.ts';
import type { Services } from './services.ts';
import type { View } from './view.ts';

export interface Loaders extends View {
  nodes: NodeLoaders;
}

export interface Context extends RequestContext {
  services: Services;
  loaders: Loaders;
}

export function createContext(request: RequestContext, services: Services): Context {
  const view = services.viewOf(request.viewerId);
  const nodes = createNodeLoaders(services.nodeOwners, request);
  return Object.assign(request, { services, loaders: Object.assign(view, { nodes }) });
}
