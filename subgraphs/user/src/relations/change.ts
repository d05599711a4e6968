/** What a change of a relation did. */
export interface Change {
  /** Whether anything is otherwise than before. */
  hasChanged: boolean;
  /** Whether somebody could see before what they cannot see, or is not shown, any more. */
  takesSightAway: boolean;
}

export const unchanged: Change = { hasChanged: false, takesSightAway: false };
