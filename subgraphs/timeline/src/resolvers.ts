import { mergeResolvers } from '@murmuration/service-kit/subgraph';
import type { CompleteResolvers } from './generated/resolvers.ts';
import { homeResolvers } from './home/resolvers.ts';
import { listResolvers } from './lists/resolvers.ts';
import { liveResolvers } from './live/resolvers.ts';
import { markerResolvers } from './markers/resolvers.ts';
import { notificationLiveResolvers } from './notification-live/resolvers.ts';
import { notificationResolvers } from './notifications/resolvers.ts';
import { pushResolvers } from './push/resolvers.ts';
import { viewerResolvers } from './viewer/resolvers.ts';
import { wordResolvers } from './words/resolvers.ts';

/** Every concern's resolvers. */
export const resolvers = mergeResolvers(
  homeResolvers,
  liveResolvers,
  viewerResolvers,
  notificationResolvers,
  notificationLiveResolvers,
  markerResolvers,
  wordResolvers,
  listResolvers,
  pushResolvers,
) satisfies CompleteResolvers;
