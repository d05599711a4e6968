import type { UserId } from '@murmuration/ids';
import type { Relation } from '@murmuration/relationships';
import type DataLoader from 'dataloader';
import type { ListLoaders } from '../lists/loaders.ts';
import type { SuggestionLoader } from '../suggestions/loaders.ts';

/** A person as one viewer may see them: whoever does not exist for the viewer never becomes a `Person`. */
export interface Person {
  __typename: 'User';
  /** What they were read through. */
  view: View;
  id: UserId;
  handle: string;
  displayName: string;
  bio: string;
  isPrivate: boolean;
  createdAt: Date;
  /** What the viewer and they are to each other. */
  relation: Relation;
  /** They have asked to follow the viewer. */
  hasIncomingRequest: boolean;
}

/** A person by a handle of theirs: the one they have, or one that they gave up and nobody else has. */
export type PersonOfHandle = Person & { foundBy: string };

export interface PersonCounts {
  id: UserId;
  followerCount: number;
  followingCount: number;
}

/** Every way to a person leads through here: for a viewer from whom they hide they are null. */
export interface ProfileLoaders {
  people: DataLoader<bigint, Person | null>;
  /** Keys in lower case. */
  peopleByHandle: DataLoader<string, PersonOfHandle | null>;
  counts: DataLoader<bigint, PersonCounts | null>;
}

/**
 * What one viewer sees of people. A person keeps the view that they were read through, and all that is read of them
 * further on goes through it: the payload of a log-in is seen by who signed in, whoever asked.
 */
export interface View extends ProfileLoaders {
  viewerId: UserId | null;
  lists: ListLoaders;
  suggestions: SuggestionLoader;
  /** After a change: what was read before is no longer true. */
  forget(): void;
}
