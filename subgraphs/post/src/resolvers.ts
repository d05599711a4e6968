import { mergeResolvers } from '@murmuration/service-kit/subgraph';
import { authorResolvers } from './authors/resolvers.ts';
import type { CompleteResolvers } from './generated/resolvers.ts';
import { hashtagResolvers } from './hashtags/resolvers.ts';
import { likeResolvers } from './likes/resolvers.ts';
import { liveResolvers } from './live/resolvers.ts';
import { pollResolvers } from './polls/resolvers.ts';
import { postResolvers } from './posts/resolvers.ts';
import { reactionResolvers } from './reactions/resolvers.ts';
import { threadResolvers } from './threads/resolvers.ts';
import { trendResolvers } from './trends/resolvers.ts';
import { viewerResolvers } from './viewer/resolvers.ts';

/** Every concern's resolvers. Abstract types need none where their values say in `__typename` what they are. */
export const resolvers = mergeResolvers(
  postResolvers,
  reactionResolvers,
  likeResolvers,
  pollResolvers,
  threadResolvers,
  trendResolvers,
  authorResolvers,
  hashtagResolvers,
  viewerResolvers,
  liveResolvers,
) satisfies CompleteResolvers;
