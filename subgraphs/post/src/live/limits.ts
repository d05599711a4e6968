import { outboxLogLimits } from '@murmuration/events';
import { liveStreamLimits } from '@murmuration/service-kit/subgraph';

/** Of the live streams of posts; a process may be told others (see config.ts). */
export const postLiveLimits = {
  ...liveStreamLimits,
  ...outboxLogLimits,
  /** Posts that one stream may watch: more than fit on any screen. */
  watchedPosts: 100,
  /** How long changes of counts are gathered before they are told. */
  countsEveryMs: 300,
} as const;

export type PostLiveLimits = { readonly [Name in keyof typeof postLiveLimits]: number };
