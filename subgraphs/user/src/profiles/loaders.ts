import type { UserDatabase } from '@murmuration/prisma/user';
import { createLoader } from '@murmuration/service-kit';
import { countPeople, findPeopleByHandle, findPeopleById } from './repository.ts';

export type ProfileLoaders = ReturnType<typeof createProfileLoaders>;

/** Every way to a person leads through here: for a viewer from whom they hide they are null. */
export function createProfileLoaders(database: UserDatabase, viewerId: bigint | null) {
  return {
    people: createLoader(
      (ids: bigint[]) => findPeopleById(database, viewerId, ids),
      (person) => person.id,
    ),
    /** Keys in lower case. */
    peopleByHandle: createLoader(
      (handles: string[]) => findPeopleByHandle(database, viewerId, handles),
      (person) => person.handle.toLowerCase(),
    ),
    counts: createLoader(
      (ids: bigint[]) => countPeople(database, ids),
      (counts) => counts.id,
    ),
  };
}
