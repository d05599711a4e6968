import type { UserDatabase } from '@murmuration/prisma/user';
import type { RequestContext } from '@murmuration/service-kit';
import { createListLoaders, type ListLoaders } from './lists/loaders.ts';
import { createProfileLoaders, type ProfileLoaders } from './profiles/loaders.ts';
import type { Services } from './services.ts';

export interface Loaders extends ProfileLoaders {
  lists: ListLoaders;
  /** After a change: what was read before is no longer true. */
  forget(): void;
}

export interface Context extends RequestContext {
  services: Services;
  loaders: Loaders;
}

export function createContext(request: RequestContext, services: Services, database: UserDatabase): Context {
  const profiles = createProfileLoaders(database, request.viewerId);
  const lists = createListLoaders(database, request.viewerId);
  const all = [...Object.values(profiles), lists];
  const forget = () => {
    for (const loader of all) loader.clearAll();
  };
  return Object.assign(request, { services, loaders: { ...profiles, lists, forget } });
}
