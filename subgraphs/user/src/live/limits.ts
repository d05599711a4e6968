import { outboxLogLimits } from '@murmuration/events';
import { liveStreamLimits } from '@murmuration/service-kit/subgraph';

/** Of the live streams of viewers; a process may be told others (see config.ts). */
export const userLiveLimits = { ...liveStreamLimits, ...outboxLogLimits } as const;

export type UserLiveLimits = { readonly [Name in keyof typeof userLiveLimits]: number };
