import { outboxLogLimits } from '@murmuration/events';
import { relationLeaseMs } from '@murmuration/relationships';
import { liveStreamLimits } from '@murmuration/service-kit/subgraph';

/** Of the live streams of posts; a process may be told others (see config.ts). */
export const postLiveLimits = {
  ...liveStreamLimits,
  ...outboxLogLimits,
  /** Posts that one stream may watch: more than fit on any screen. */
  watchedPosts: 100,
  /** How long changes of counts are gathered before they are told. */
  countsEveryMs: 300,
  /** After something that may hide somebody's posts, who may see them is asked so long after, and once more. */
  hiddenSoonMs: 200,
  /** By then no relation that was read before is believed. */
  hiddenSurelyMs: relationLeaseMs + 1_000,
  /** After a failure to hear of it. */
  hiddenRetryMs: 2_000,
  /** Posts of one author that may be taken off the screens of a conversation: the newest of so many that are looked at. */
  hiddenPosts: 1_000,
} as const;

export type PostLiveLimits = { readonly [Name in keyof typeof postLiveLimits]: number };
