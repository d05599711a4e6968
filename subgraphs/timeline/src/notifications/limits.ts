/** Thresholds of notifications. */
export const notificationLimits = {
  /** What many do to the same within so many hours, from the first of them on, is told together. */
  groupHours: 24,
  /** A notification that has not grown for so many days is forgotten, and so is who did what it tells of. */
  keptDays: 90,
  /** Of what is older than this a backfill makes no notification: nobody waits for it any more. */
  backfilledDays: 7,
  /** Rows removed in one statement of the housekeeping, and such statements in one round. */
  removedAtOnce: 5_000,
  removals: 200,
  /** The newest who did it that a page looks at, of each notification; and of those who may be shown, as many are. */
  actorsLookedAt: 8,
  /** Of those so many are looked through for people whom the reader follows, where only these are wanted. */
  followedLookedFor: 512,
  actorsShown: 5,
  /** What is hidden is common enough to ask for so many more, in so many rounds, and for no more than these at once. */
  pageSpare: 8,
  pageRounds: 4,
  pageCandidates: 200,
  /** More are not counted: nobody reads the number. */
  unreadCounted: 100,
  /** Pages that counting reads; where so many are all but hidden the number is not known. */
  unreadSteps: 4,
  /** Notifications that a mail of what was not seen is made of, at most. */
  digested: 100,
  /** Who missed more notifications than this is told to fetch again. */
  replayed: 200,
  /** Notifications that one message names; of more it is only said that they are there. */
  named: 1_000,
  /** Messages that may wait to be looked at; what overflows is read from Postgres. */
  queuedMessages: 1_000,
  /** Without a message for so long the head is looked at. */
  silenceMs: 1_000,
  /** How often it is looked for markers that were moved, how much further back than the last time, and how many are read at once. */
  markerLookMs: 1_000,
  markerSlackMs: 2_000,
  markersAtOnce: 5_000,
  /** Listeners whose missed notifications are looked for in one statement. */
  caughtUpAtOnce: 500,
} as const;

export type NotificationLimits = { readonly [Name in keyof typeof notificationLimits]: number };
