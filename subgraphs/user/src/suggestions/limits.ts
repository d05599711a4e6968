/** What bounds the suggestions of people; those that a process may be told otherwise are settings in `config.ts`. */
export interface SuggestionLimits {
  /** Made longer ago, they are made anew when they are read, or by the clock for who still reads them. */
  staleHours: number;
  /** Who has not read theirs for so long is not made any by the clock. */
  activeDays: number;
  /** Who has not read theirs for so long has none kept. */
  keptDays: number;
  /** That somebody reads theirs is noted, and a job asked for, at most so often. */
  notedEveryMinutes: number;
  /** Of whom a person follows so many are looked at, the newest follows first: an unbounded number would cost as much as they have. */
  followees: number;
  /** And so many of those whom each of these follows. */
  followeesOfEach: number;
  /** So many of those reached by most are looked at closer. */
  candidates: number;
  /** Suggestions that are kept for a person. */
  kept: number;
  /** People whom one person may have dismissed: beyond that the oldest come up again. */
  dismissed: number;
  /** People whose suggestions one turn of the clock has made anew. */
  dueAtOnce: number;
  /** Of the newest events so many are looked at for whom many began to follow. */
  popularEvents: number;
  /** And none that is older than this. */
  popularHours: number;
  /** What one follower counts for: no more than so many of whom they followed, so that one person lifts up few. */
  popularOfEach: number;
  /** Fewer followers make nobody popular. */
  popularFollowers: number;
}

export const suggestionLimits: SuggestionLimits = {
  staleHours: 24,
  activeDays: 7,
  keptDays: 60,
  notedEveryMinutes: 10,
  followees: 200,
  followeesOfEach: 100,
  candidates: 1_000,
  kept: 100,
  dismissed: 1_000,
  dueAtOnce: 1_000,
  popularEvents: 20_000,
  popularHours: 7 * 24,
  popularOfEach: 10,
  popularFollowers: 3,
};

/** Whose suggestions are everybody's; no account has this id. */
export const everybody = 0n;

/** Scores of whom one may know lie above this, those of whom many follow below. */
export const scoreOfKnown = 1_000_000n;
