import type { UserId } from '@murmuration/ids';
import type { Relation } from '@murmuration/relationships';
import type { View } from '../view.ts';

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

export interface PersonCounts {
  id: UserId;
  followerCount: number;
  followingCount: number;
}
