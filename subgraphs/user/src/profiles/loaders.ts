import type { UserDatabase } from '@murmuration/prisma/user';
import { createLoader } from '@murmuration/service-kit/subgraph';
import type { View } from '../view.ts';
import { countPeople, findPeopleByHandle, findPeopleById } from './repository.ts';

export type ProfileLoaders = ReturnType<typeof createProfileLoaders>;

/**
 * Every way to a person leads through here: for a viewer from whom they hide they are null.
 * @param view the one that these loaders become part of
 */
export function createProfileLoaders(database: UserDatabase, view: () => View) {
  return {
    people: createLoader(
      (ids: bigint[]) => findPeopleById(database, view(), ids),
      (person) => person.id,
    ),
    /** Keys in lower case. */
    peopleByHandle: createLoader(
      (handles: string[]) => findPeopleByHandle(database, view(), handles),
      (person) => person.foundBy,
    ),
    counts: createLoader(
      (ids: bigint[]) => countPeople(database, ids),
      (counts) => counts.id,
    ),
  };
}
