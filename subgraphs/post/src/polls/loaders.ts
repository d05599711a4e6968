import type { PostDatabase } from '@murmuration/prisma/post';
import { createLoader } from '@murmuration/service-kit/subgraph';
import type DataLoader from 'dataloader';
import { nobody } from '../posts/repository.ts';
import type { PollRow } from './poll.ts';
import { findPolls } from './repository.ts';

export interface PollLoaders {
  /** What a post asks, as the viewer finds it. */
  polls: DataLoader<bigint, PollRow | null>;
}

export function createPollLoaders(database: PostDatabase, viewerId: bigint | null): PollLoaders {
  return {
    polls: createLoader(
      (postIds: bigint[]) => findPolls(database, viewerId ?? nobody, postIds),
      (row) => row.postId,
    ),
  };
}
