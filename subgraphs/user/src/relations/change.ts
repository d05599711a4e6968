/** What a change of a relation did. */
export interface Change {
  /** Where its events were written; null when everything is as before. */
  writtenAt: string | null;
  /**
   * Whether somebody may have seen before what they cannot see, or is not shown, any more. Also true of a repeat
   * that changes nothing: whoever made the change may have died, or still waits, before any cache forgot.
   */
  takesSightAway: boolean;
}
