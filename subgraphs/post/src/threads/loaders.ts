import type { PostDatabase } from '@murmuration/prisma/post';
import { createLoader, createPageLoader, type PageKey } from '@murmuration/service-kit/subgraph';
import type DataLoader from 'dataloader';
import type { ListedPost } from '../posts/post.ts';
import { type Ancestry, findAncestry, findResponsePages } from './repository.ts';

export interface ThreadLoaders {
  ancestry: DataLoader<bigint, Ancestry | null>;
  replyPages: DataLoader<PageKey, ListedPost[]>;
  quotePages: DataLoader<PageKey, ListedPost[]>;
}

export function createThreadLoaders(database: PostDatabase): ThreadLoaders {
  return {
    ancestry: createLoader(
      (ids: bigint[]) => findAncestry(database, ids),
      (row) => row.postId,
    ),
    replyPages: createPageLoader('oldest', (request) => findResponsePages(database, 'reply', request)),
    quotePages: createPageLoader('newest', (request) => findResponsePages(database, 'quote', request)),
  };
}
