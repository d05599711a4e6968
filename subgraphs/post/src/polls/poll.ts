/** A poll as it is to be written. */
export interface PollDraft {
  options: string[];
  isMultiple: boolean;
  durationMinutes: number;
}

/** A poll as a viewer finds it. */
export interface PollRow {
  postId: bigint;
  options: string[];
  isMultiple: boolean;
  endsAt: Date;
  /** By the database's clock, which votes go by too. */
  hasEnded: boolean;
  voterCount: number;
  /** By option. */
  counts: number[];
  /** Null while the viewer has not voted; the author's are none. */
  viewerChoices: number[] | null;
}

/** A poll and what of it the viewer may know. */
export interface ShownPoll {
  poll: PollRow;
  showsCounts: boolean;
}
