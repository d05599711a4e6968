import { has, maySeePost, maySuggest, type Relation, relationBits } from '@murmuration/relationships';
import type { Entry } from './entry.ts';

/** What a reader's relation to a person is right now; an error when nobody can tell. */
export type RelationOf = (personId: bigint) => Relation | Error;

/** `unknown`: the edge stays and says no more. */
export type Sight = 'shown' | 'hidden' | 'unknown';

/** Whether an entry that belongs in a reader's timeline may be shown there now. */
export function sightOf(readerId: bigint, entry: Entry, relationOf: RelationOf): Sight {
  const author = entry.authorId === readerId ? relationBits.self : relationOf(entry.authorId);
  const bringer = entry.reposterId === null ? author : relationOf(entry.reposterId);
  if (typeof author !== 'number' || typeof bringer !== 'number') return 'unknown';
  // The relation is fresher than the projection: a follow that ended hides at once.
  const isWanted = has(bringer, 'self') || (has(bringer, 'viewerFollows') && maySuggest(bringer));
  const isAllowed = maySeePost(readerId, author, entry) && maySuggest(author);
  return isWanted && isAllowed && maySeeBringer(bringer) ? 'shown' : 'hidden';
}

function maySeeBringer(relation: Relation): boolean {
  return !['authorMissing', 'authorSuspended', 'blocksViewer', 'viewerBlocks'].some((bit) =>
    has(relation, bit as keyof typeof relationBits),
  );
}

/** The people whose relation decides about some entries. */
export function peopleOf(readerId: bigint, entries: readonly Entry[]): bigint[] {
  const people = entries.flatMap(({ authorId, reposterId }) =>
    reposterId === null ? [authorId] : [authorId, reposterId],
  );
  return [...new Set(people)].filter((person) => person !== readerId);
}
