import type { Relationships } from '@murmuration/relationships';
import { createLoader, createPageLoader } from '@murmuration/service-kit/subgraph';
import type { Reads } from '../database/pool.ts';
import { findLists } from './list.ts';
import { readListMarkers } from './marker.ts';
import { countFollowers, findMembers, followedAmong } from './select.ts';

export type ListLoaders = ReturnType<typeof createListLoaders>;

/** They are born with a request and die with it: a page of lists costs the same statements, whatever its size. */
export function createListLoaders(
  { reads, relationships }: { reads: Reads; relationships: Pick<Relationships, 'loaderFor'> },
  viewerId: bigint | null,
) {
  const listIdOf = ({ listId }: { listId: bigint }) => listId;
  return {
    /** Whoever may see them. */
    lists: createLoader(
      (ids: bigint[]) => findLists(reads, ids),
      ({ id }) => id,
    ),
    memberPages: createPageLoader('newest', (request) => findMembers(reads, request)),
    followerCounts: createLoader((ids: bigint[]) => countFollowers(reads, ids), listIdOf),
    /** What the viewer follows of them, and how far they have seen them; nothing of an anonymous reader's. */
    followed: createLoader(
      async (ids: bigint[]) => (viewerId === null ? [] : followedAmong(reads, viewerId, ids)),
      listIdOf,
    ),
    markers: createLoader(
      async (ids: bigint[]) => (viewerId === null ? [] : readListMarkers(reads, viewerId, ids)),
      listIdOf,
    ),
    /** The viewer's relation to people. */
    relations: relationships.loaderFor(viewerId),
  };
}
