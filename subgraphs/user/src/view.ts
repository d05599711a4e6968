import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { createListLoaders, type ListLoaders } from './lists/loaders.ts';
import { createProfileLoaders, type ProfileLoaders } from './profiles/loaders.ts';

/**
 * What one viewer sees of people. A person keeps the view that they were read through, and all that is read of them
 * further on goes through it: the payload of a log-in is seen by who signed in, whoever asked.
 */
export interface View extends ProfileLoaders {
  viewerId: UserId | null;
  lists: ListLoaders;
  /** After a change: what was read before is no longer true. */
  forget(): void;
}

/** Born with the request, dies with it. */
export function createView(database: UserDatabase, viewerId: UserId | null): View {
  const lists = createListLoaders(database, viewerId);
  const profiles = createProfileLoaders(database, () => view);
  const all = [...Object.values(profiles), lists];
  const view: View = {
    viewerId,
    ...profiles,
    lists,
    forget() {
      for (const loader of all) loader.clearAll();
    },
  };
  return view;
}
