import type { PostDatabase } from '@murmuration/prisma/post';
import { createLoader } from '@murmuration/service-kit';
import type DataLoader from 'dataloader';
import { createPageLoader, type PageKey } from '../posts/page-loader.ts';
import type { PostRow } from '../posts/post.ts';
import { type AuthorCount, findAuthorCounts, findAuthorPages } from './repository.ts';

export interface AuthorLoaders {
  authorCounts: DataLoader<bigint, AuthorCount | null>;
  authorPages: DataLoader<PageKey, PostRow[]>;
}

export function createAuthorLoaders(database: PostDatabase, viewerId: bigint | null): AuthorLoaders {
  return {
    authorCounts: createLoader(
      (ids: bigint[]) => findAuthorCounts(database, ids),
      (row) => row.authorId,
    ),
    authorPages: createPageLoader('newest', (request) => findAuthorPages(database, viewerId, request)),
  };
}
