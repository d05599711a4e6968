/** What an operator may set of relations; each has a setting in `config.ts`. */
export interface RelationLimits {
  /** People whom one person may follow. What came in from elsewhere may be more. */
  maxFollowing: number;
}

/** Every reader's page asks about all whom they follow: few follow more, and those are mostly machines. */
export const relationDefaults: RelationLimits = { maxFollowing: 7_500 };
