/** Of a process that follows its subgraph's outbox for live streams; it may be told others (see its `config.ts`). */
export const outboxLogLimits = {
  /** Changes kept in memory, so that whoever comes back is told what they missed without a statement. */
  windowChanges: 20_000,
  /** Events read in one step. */
  pageEvents: 1_000,
  /** Who missed more is told to fetch again: that is faster for everybody. */
  replayEvents: 500,
  /** How long a read waits for something new. */
  waitMs: 25_000,
  /** The log is followed for so long after the last stream has left: most of them come back. */
  lingerMs: 10_000,
  /** After a failure. */
  retryMs: 500,
  /** A stream that was told nothing for so long is told where the log is: its cursor must not become too old. */
  bookmarkMs: 30_000,
} as const;

export type OutboxLogLimits = { readonly [Name in keyof typeof outboxLogLimits]: number };
