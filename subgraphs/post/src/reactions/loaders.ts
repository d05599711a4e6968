import type { PostDatabase } from '@murmuration/prisma/post';
import { createLoader } from '@murmuration/service-kit';
import type DataLoader from 'dataloader';
import { findViewerState, type ViewerState } from './repository.ts';

export interface ReactionLoaders {
  /** What the viewer did with a post; nothing for an anonymous reader. */
  viewerState: DataLoader<bigint, ViewerState | null>;
}

export function createReactionLoaders(database: PostDatabase, viewerId: bigint | null): ReactionLoaders {
  return {
    viewerState: createLoader(
      async (ids: bigint[]) => (viewerId === null ? [] : findViewerState(database, viewerId, ids)),
      (row) => row.postId,
    ),
  };
}
