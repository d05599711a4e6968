import type { UserDatabase } from '@murmuration/prisma/user';
import { createLoader } from '@murmuration/service-kit/subgraph';
import type { ProfileLoaders, View } from './person.ts';
import { countPeople, findPeopleByHandle, findPeopleById } from './repository.ts';

/** @param view the one that these loaders become part of */
export function createProfileLoaders(database: UserDatabase, view: () => View): ProfileLoaders {
  return {
    people: createLoader(
      (ids: bigint[]) => findPeopleById(database, view(), ids),
      (person) => person.id,
    ),
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
