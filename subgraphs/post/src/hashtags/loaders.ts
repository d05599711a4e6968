import type { PostDatabase } from '@murmuration/prisma/post';
import { createPageLoader, type PageKey } from '@murmuration/service-kit/subgraph';
import type DataLoader from 'dataloader';
import type { ListedPost } from '../posts/post.ts';
import { findTaggedPages } from './repository.ts';

export interface HashtagLoaders {
  /** What is said under a tag, newest first. */
  taggedPages: DataLoader<PageKey<string>, ListedPost[]>;
}

export function createHashtagLoaders(database: PostDatabase): HashtagLoaders {
  return {
    taggedPages: createPageLoader<ListedPost, string>('newest', (request) =>
      findTaggedPages(database, request),
    ),
  };
}
