import { setting } from '@murmuration/config';
import { type LiveStreamLimits, liveStreamLimits } from './limits.ts';

/** Settings of every process that serves live streams: see {@link liveStreamLimits}. */
export const liveStreamSettings = {
  /** Events that a process looks at side by side, each of another author. */
  LIVE_EVENTS_AT_ONCE: setting.integer(liveStreamLimits.liveRoutingsAtOnce, 1),
  /** Pairs of event and stream that may be on their way before the log is followed no further. */
  LIVE_PAIRS: setting.integer(liveStreamLimits.livePairs, 1),
  /** A stream that cannot be told its next event for so long ends before it. */
  LIVE_MAX_WAIT_MS: setting.integer(liveStreamLimits.liveMaxWaitMs),
  /** What waited longer is looked at again before it is told. */
  LIVE_FRESH_MS: setting.integer(liveStreamLimits.liveFreshMs),
  /** Events that may wait for a reader who does not keep up. */
  LIVE_WAITING: setting.integer(liveStreamLimits.liveWaiting, 1),
};

/** Those settings under the names that the code uses. */
export function liveStreamLimitsOf(
  config: {
    [Name in keyof typeof liveStreamSettings]: number;
  },
): Omit<LiveStreamLimits, 'streams' | 'streamsPerPerson'> {
  const { streams: _streams, streamsPerPerson: _streamsPerPerson, ...limits } = liveStreamLimits;
  return {
    ...limits,
    liveRoutingsAtOnce: config.LIVE_EVENTS_AT_ONCE,
    livePairs: config.LIVE_PAIRS,
    liveMaxWaitMs: config.LIVE_MAX_WAIT_MS,
    liveFreshMs: config.LIVE_FRESH_MS,
    liveWaiting: config.LIVE_WAITING,
  };
}
