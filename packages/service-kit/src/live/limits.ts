/** Thresholds of telling events to streams; a process may be told others (see its `config.ts`). */
export const liveStreamLimits = {
  /** Events that a process looks at side by side, each of another turn. */
  liveRoutingsAtOnce: 16,
  /** Pairs of event and stream that may be on their way before the log is followed no further. */
  livePairs: 200_000,
  /** What could not be told is asked again after this, then twice as long, and at most every so often. */
  liveRetryMs: 50,
  liveMostRetryMs: 1_000,
  /** A stream that cannot be told its next event for so long ends before it. */
  liveMaxWaitMs: 30_000,
  /** What waited longer is looked at again before it is told: somebody may have blocked somebody meanwhile. */
  liveFreshMs: 500,
  /** Events that may wait for a reader who does not keep up. */
  liveWaiting: 1_000,
  /** Live streams of one process; another one is refused. */
  streams: 50_000,
  /** Live streams that one person may have open at one process; another one is refused, those that are open stay. */
  streamsPerPerson: 20,
} as const;

export type LiveStreamLimits = { readonly [Name in keyof typeof liveStreamLimits]: number };
