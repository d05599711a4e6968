import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { createListLoaders } from './lists/loaders.ts';
import { createProfileLoaders } from './profiles/loaders.ts';
import type { View } from './profiles/person.ts';
import { createSuggestionLoader } from './suggestions/loaders.ts';

/** Born with the request, dies with it. */
export function createView(database: UserDatabase, viewerId: UserId | null): View {
  const lists = createListLoaders(database, viewerId);
  const profiles = createProfileLoaders(database, () => view);
  const all = Object.values(profiles);
  const view: View = {
    viewerId,
    ...profiles,
    lists,
    suggestions: createSuggestionLoader(database),
    forget() {
      for (const loader of all) loader.clearAll();
    },
  };
  return view;
}
