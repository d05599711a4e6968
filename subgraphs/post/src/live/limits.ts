import { outboxLogLimits } from '@murmuration/events';
import { relationLeaseMs } from '@murmuration/relationships';
import { liveStreamLimits } from '@murmuration/service-kit/subgraph';

/** Of the live streams of posts; a process may be told others (see config.ts). */
export const postLiveLimits = {
  ...liveStreamLimits,
  ...outboxLogLimits,
  /** Posts that one stream may watch: more than fit on any screen. */
  watchedPosts: 100,
  /** Streams of the public timeline and of hashtags, of one process: each post is looked at for all of them. */
  publicStreams: 10_000,
  /** How long changes of counts are gathered before they are told. */
  countsEveryMs: 300,
  /** After something that may hide somebody's posts, who may see them is asked so long after, and once more. */
  hiddenSoonMs: 200,
  /** By then no relation that was read before is believed. */
  hiddenSurelyMs: relationLeaseMs + 1_000,
  /** After a failure to hear of it, or to look. */
  hiddenRetryMs: 2_000,
  /** Pairs of whose posts may be hidden and from whom, looked at together; of more, everything on screens is looked at. */
  hiddenPairs: 10_000,
  /** Posts looked at in one step, and the newest of an author that are looked for in the conversations on screens. */
  hiddenPosts: 1_000,
  /** Of so many it is remembered that a viewer was told that they are gone; beyond it one may be told so twice. */
  hiddenTold: 100_000,
  /** When everything on screens is looked at: posts in one step, conversations that are fetched again in one, the pause after it. */
  sweptPosts: 500,
  sweptThreads: 20,
  sweepPauseMs: 100,
} as const;

export type PostLiveLimits = { readonly [Name in keyof typeof postLiveLimits]: number };
