import type { Asker } from './loaders.ts';
import type { Services } from './services.ts';

/** What every resolver gets: who asks, what was already loaded for them, and the domain. */
export interface Context extends Asker {
  services: Services;
}
