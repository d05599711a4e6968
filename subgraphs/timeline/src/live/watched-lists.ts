import { createMembersIndex } from '@murmuration/service-kit/subgraph';
import { selectMembers } from '../belonging/members.ts';
import type { Sql } from '../database/pool.ts';
import type { LogEvent } from '../log/log-event.ts';

/** Who is in the lists that somebody watches. */
export interface WatchedLists {
  /**
   * Who is in a list, unless it is known: before its streams look for the first time, and when somebody came or left; who does so
   * while it is read makes it be read again.
   */
  learn(listId: bigint): Promise<void>;
  /** Somebody may have come or left. */
  noteChange(event: LogEvent): void;
  /** Nobody watches it any more. */
  leave(listId: bigint): void;
  /** The lists that a person is known to be in. */
  listsOf(personId: bigint): ReadonlySet<bigint>;
}

export function createWatchedLists(sql: Sql, isWatched: (listId: bigint) => boolean): WatchedLists {
  const listsOf = createMembersIndex<bigint, bigint>();
  const peopleIn = new Map<bigint, readonly bigint[]>();
  /** Counts the changes of a list that is watched. */
  const versions = new Map<bigint, number>();

  function forget(listId: bigint): void {
    for (const person of peopleIn.get(listId) ?? []) listsOf.remove(person, listId);
    peopleIn.delete(listId);
  }

  return {
    async learn(listId) {
      let people = peopleIn.get(listId);
      while (!people && isWatched(listId)) {
        const version = versions.get(listId);
        const found = await selectMembers(sql, listId);
        if (versions.get(listId) !== version || !isWatched(listId)) continue;
        forget(listId);
        people = found;
        peopleIn.set(listId, people);
        for (const person of people) listsOf.add(person, listId);
      }
    },
    noteChange({ entryId, kind }) {
      if (entryId === null || (kind !== 'list_joined' && kind !== 'list_left') || !isWatched(entryId)) return;
      versions.set(entryId, (versions.get(entryId) ?? 0) + 1);
      forget(entryId);
    },
    leave(listId) {
      forget(listId);
      versions.delete(listId);
    },
    listsOf: listsOf.of,
  };
}
