import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { Services } from './services.ts';

export interface Context extends RequestContext {
  services: Services;
}
