import { liveStreamLimits } from '@murmuration/service-kit/subgraph';

/** Every threshold of the home timeline, in one place; a process may be told others (see config.ts). */
export const timelineLimits = {
  ...liveStreamLimits,
  /** Ids kept in a reader's cached list. */
  cachedEntries: 800,
  /** How far a list may outgrow that before it is trimmed. */
  cacheSlack: 32,
  cacheTtlMs: 7 * 24 * 3_600_000,
  /** An unfinished rebuild is forgotten after this long. */
  buildTtlMs: 10_000,
  /** Rebuilds that one process runs side by side, and those that may wait; others are left to the next read. */
  rebuildsAtOnce: 2,
  rebuildsWaiting: 1_000,
  /**
   * A rebuild looks at so much of the past first, then at so many times as much before it, until the list is full; and so
   * does a page from the tables of a reader with more followees than these.
   */
  rebuildStretchMs: 2 * 24 * 3_600_000,
  pageStretchMs: 12 * 3_600_000,
  stretchGrowth: 8,
  stretchedMembers: 200,
  /** Authors with more followers are pushed step by step, by workers of their own. */
  chunkFollowers: 1_000,
  /** So many in one step. */
  fanoutStepFollowers: 2_000,
  /** Of an author with more followers each range of so many is a task of its own, that any worker may take. */
  fanoutRangeFollowers: 25_000,
  /** No step of a push that fails is halved below this. */
  leastFollowers: 50,
  /** Authors with more followers are not pushed: their followers pull them at read. */
  bigFollowers: 10_000,
  /** How long a new big author is still pushed, for readers that do not know yet. */
  bigOverlapMs: 60_000,
  /**
   * A big author with no more than this part of `bigFollowers` becomes small again, and none before having been big
   * for so long: each time all their followers' lists are made anew.
   */
  bigKeepShare: 0.8,
  bigLeastMs: 3_600_000,
  /** How often big authors are looked at, and how many become small in one round. */
  shrinkEveryMs: 600_000,
  shrinkingAtOnce: 10,
  /** Readers who follow more people have no cached list. */
  pulledFollowees: 5_000,
  /** Events of the log made tasks of in one step, and those of small authors pushed by one task. */
  fanoutEvents: 1_000,
  fanoutTaskEvents: 200,
  /** Tasks of small authors, and of large ones, that one worker runs side by side. */
  fanoutSmallAtOnce: 2,
  fanoutLargeAtOnce: 1,
  /** A task whose worker was not heard of for so long is taken by another. */
  fanoutLeaseMs: 15_000,
  /** How long a task that failed rests; twice as long after each further failure, and at most so long. */
  fanoutRestMs: 200,
  fanoutMostRestMs: 5_000,
  /** After taking events from the log so much passes before the next ones are taken: what is said meanwhile goes together. */
  fanoutGatherMs: 100,
  /** Without a message: another worker may have written to the log, or have died over a task. */
  fanoutIdleMs: 200,
  /** How long a worker waits after a step that failed outside of any task. */
  fanoutRetryMs: 500,
  fanoutMeasureEveryMs: 1_000,
  /** Pushes in one script call; more would keep Redis from others for too long. */
  pushesInOneCall: 500,
  /** Such calls on their way at a time, of one task. */
  pushCallsAtOnce: 2,
  /** A task that failed so often is given up: its readers' epochs move instead. */
  fanoutTries: 5,
  /** A namespace that nothing was pushed into for so long may be left for another one. */
  namespaceRestMs: 1_000,
  /** Cached lists are not believed while the fan-out is later than this, whatever is left of the log. */
  fanoutMaxAgeMs: 5_000,
  /** How many events behind the last known push a read looks at; when there are more, lists are not believed. */
  tailEvents: 2_000,
  /** What a process learned of the pushes is asked anew after this. */
  pushedToMaxAgeMs: 1_000,
  /** Rounds in which a page is filled up when what it looked at is hidden; it stays short then. */
  pageRounds: 4,
  /** Hidden entries are common enough to ask for so many more, and rare enough not to ask for more than these. */
  pageSpare: 8,
  pageCandidates: 400,
  /** More new posts are not counted: nobody reads the number. */
  newPostsCounted: 100,
  /** Pages that counting above a marker reads; where so many are all but hidden the number is not known. */
  newPostPages: 4,
  /** Events of the log that counting looks at in one step, and those that a replay tells in one. */
  newPostsLookedAt: 400,
  /** Readers of one list who look into the log together, by one statement of each kind. */
  listReadersAtOnce: 200,
  replayPage: 200,
  /** Readers with at most so many followees have each one's part of the log looked up; for others all of it is scanned. */
  replayLookUps: 500,
  /** Up to so many earlier reposts of an original are looked through; above, the reader's followees are. */
  repostsLookedThrough: 256,
  /** How many of the newest reposts of somebody's posts are looked through for those who are told that they are hidden. */
  repostsOfHidden: 1_000,
  /** Who missed more events is told to fetch again: that is faster for everybody. */
  replayEvents: 5_000,
  /** How long a read waits for its reader's own write to be projected. */
  positionWaitMs: 300,
  /** How often the cursors are looked at for those who wait, if no message says that one moved. */
  positionPollMs: 25,
  /** A write that is older and still not projected is not waited for. */
  positionStaleMs: 10_000,
} as const;

/** Of a process that follows the log: after so long a silence, and in such steps, it reads it from Postgres. */
export const tailLimits = { silenceMs: 1_000, events: 1_000, queuedMessages: 1_000 } as const;

/** Of the process that tells the log to the others. */
export const publisherLimits = { events: 500, headEveryMs: 500 } as const;

/** Of comparing cached lists with the tables. */
export const auditLimits = {
  /** What was said just now may still be on its way to the list. */
  settleMs: 2_000,
  /** Longer than any list. */
  elements: 10_000,
  /** Readers compared in one round. */
  readers: 10,
} as const;

/** Who begins again within so long asks together; authors of whom so many viewers ask are asked about once. */
export const crowdLimits = { gatherMs: 10, viewers: 4 } as const;

/** What many missed is told as one for so long; shorter than the life of its audience token. */
export const replaySharing = { events: 5_000, forMs: 1_000 } as const;

/** How long the log is kept, and how often it is looked after. */
export const logRetention = { hours: 24, everyMs: 3_600_000 } as const;

export type TimelineLimits = { readonly [Name in keyof typeof timelineLimits]: number };
