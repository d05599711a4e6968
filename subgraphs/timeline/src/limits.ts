/** Every threshold of the home timeline, in one place; a process may be told others (see config.ts). */
export const timelineLimits = {
  /** Ids kept in a reader's cached list. */
  cachedEntries: 800,
  /** How far a list may outgrow that before it is trimmed, and how deep a late push may be inserted. */
  cacheSlack: 32,
  cacheTtlMs: 7 * 24 * 3_600_000,
  /** An unfinished rebuild is forgotten after this long. */
  buildTtlMs: 10_000,
  /** Authors with more followers are pushed in chunks, in a lane of their own. */
  chunkFollowers: 1_000,
  /** Authors with more followers are not pushed: their followers pull them at read. */
  bigFollowers: 10_000,
  /** How long a new big author is still pushed, for readers that do not know yet. */
  bigOverlapMs: 60_000,
  /** Readers who follow more people have no cached list. */
  pulledFollowees: 5_000,
  /** Events of the log taken in one step of the fan-out. */
  fanoutEvents: 200,
  /** How long a read waits for its reader's own write to be projected. */
  positionWaitMs: 300,
  /** How often the cursors are looked at for those who wait, if no message says that one moved. */
  positionPollMs: 25,
  /** A write that is older and still not projected is not waited for. */
  positionStaleMs: 10_000,
} as const;

export type TimelineLimits = { readonly [Name in keyof typeof timelineLimits]: number };
