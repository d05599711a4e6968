/** What a change of a relation did. */
export interface Change {
  /** Where its events were written; null when everything is as before. */
  writtenAt: string | null;
  /** Whether somebody could see before what they cannot see, or is not shown, any more. */
  takesSightAway: boolean;
}

export const unchanged: Change = { writtenAt: null, takesSightAway: false };
