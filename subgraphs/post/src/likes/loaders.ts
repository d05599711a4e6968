import type { PostDatabase } from '@murmuration/prisma/post';
import { createLoader, createPageLoader, type PageKey } from '@murmuration/service-kit/subgraph';
import type DataLoader from 'dataloader';
import type { ListedPost } from '../posts/post.ts';
import { findLikedPages, findLikesSettings, type LikesSetting } from './repository.ts';

export interface LikeLoaders {
  /** What a person likes, the latest like first. */
  likedPages: DataLoader<PageKey, ListedPost[]>;
  likesSettings: DataLoader<bigint, LikesSetting | null>;
}

export function createLikeLoaders(database: PostDatabase): LikeLoaders {
  return {
    likedPages: createPageLoader('newest', (request) => findLikedPages(database, request)),
    likesSettings: createLoader(
      (ids: bigint[]) => findLikesSettings(database, ids),
      (row) => row.authorId,
    ),
  };
}
