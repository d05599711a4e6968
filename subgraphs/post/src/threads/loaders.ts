import type { PostDatabase } from '@murmuration/prisma/post';
import { createLoader } from '@murmuration/service-kit';
import type DataLoader from 'dataloader';
import { createPageLoader, type PageKey } from '../posts/page-loader.ts';
import type { PostRow } from '../posts/post.ts';
import { type Ancestry, findAncestry, findReplyPages } from './repository.ts';

export interface ThreadLoaders {
  ancestry: DataLoader<bigint, Ancestry | null>;
  replyPages: DataLoader<PageKey, PostRow[]>;
}

export function createThreadLoaders(database: PostDatabase): ThreadLoaders {
  return {
    ancestry: createLoader(
      (ids: bigint[]) => findAncestry(database, ids),
      (row) => row.postId,
    ),
    replyPages: createPageLoader('oldest', (request) => findReplyPages(database, request)),
  };
}
