import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { NodeLoaders } from './nodes/owners.ts';
import type { View } from './profiles/person.ts';

/** All loaders of one request and one viewer. */
export interface Loaders extends View {
  nodes: NodeLoaders;
}

/** Who asks, with what was already loaded for them: what a service gets that reads through it. */
export interface Asker extends RequestContext {
  loaders: Loaders;
}
