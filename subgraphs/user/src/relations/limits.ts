/** What an operator may set of relations; each has a setting in `config.ts`. */
export interface RelationLimits {
  /** People whom one person may follow. What came in from elsewhere may be more. */
  maxFollowing: number;
  /** Follows, and requests to, of one person within {@link followWindowSeconds}; 0 is no limit. */
  followsPerDay: number;
}

export const relationDefaults: RelationLimits = {
  // Every reader's page asks about all whom they follow: few follow more, and those are mostly machines.
  maxFollowing: 7_500,
  // Whoever follows to be followed back goes through thousands.
  followsPerDay: 400,
};

export const followWindowSeconds = 24 * 60 * 60;
