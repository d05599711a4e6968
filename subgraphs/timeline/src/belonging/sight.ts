import {
  has,
  maySeePost,
  maySuggest,
  type PostAudience,
  type Relation,
  relationBits,
} from '@murmuration/relationships';
import type { Entry } from './entry.ts';
import type { Source } from './source.ts';

/** What a reader's relation to a person is right now; an error when nobody can tell. */
export type RelationOf = (personId: bigint) => Relation | Error;

/** `unknown`: the edge stays and says no more. */
export type Sight = 'shown' | 'hidden' | 'unknown';

/**
 * Whether an entry that belongs in a timeline may be shown there now. A repost is seen by whom a public post of whoever
 * made it is. Being in a list lets nobody see more.
 */
export function sightOf({ kind, readerId }: Source, entry: Entry, relationOf: RelationOf): Sight {
  const relationTo = (person: bigint) => (person === readerId ? relationBits.self : relationOf(person));
  const author = relationTo(entry.authorId);
  const bringer = entry.reposterId === null ? author : relationTo(entry.reposterId);
  if (typeof author !== 'number' || typeof bringer !== 'number') return 'unknown';
  // The relation is fresher than the projection: a follow that ended hides at once.
  const isMember = kind === 'list' || has(bringer, 'self') || has(bringer, 'viewerFollows');
  const isAllowed = maySeePost(readerId, author, entry) && maySuggest(author);
  const isBrought = entry.reposterId === null || maySeePost(readerId, bringer, inPublic);
  return isMember && isAllowed && isBrought && maySuggest(bringer) ? 'shown' : 'hidden';
}

const inPublic = { visibility: 'public', mentionedIds: [] } as const satisfies PostAudience;

/** The people whose relation decides about some entries. */
export function peopleOf(readerId: bigint | null, entries: readonly Entry[]): bigint[] {
  const people = entries.flatMap(({ authorId, reposterId }) =>
    reposterId === null ? [authorId] : [authorId, reposterId],
  );
  return [...new Set(people)].filter((person) => person !== readerId);
}
