import type { PostDatabase } from '@murmuration/prisma/post';
import { createPageLoader, type PageKey } from '@murmuration/service-kit/subgraph';
import type DataLoader from 'dataloader';
import { findReactionPages, type Reaction } from './lists.ts';
import type { ReactionKind } from './repository.ts';

export interface ReactionLoaders {
  /** Who reacted to a post, the latest first. */
  reactionPages: Record<ReactionKind, DataLoader<PageKey, Reaction[]>>;
}

export function createReactionLoaders(database: PostDatabase): ReactionLoaders {
  return {
    reactionPages: {
      like: createPageLoader('newest', (request) => findReactionPages(database, 'like', request)),
      repost: createPageLoader('newest', (request) => findReactionPages(database, 'repost', request)),
    },
  };
}
