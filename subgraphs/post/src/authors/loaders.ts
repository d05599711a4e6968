import type { PostDatabase } from '@murmuration/prisma/post';
import { createLoader, createPageLoader, type PageKey } from '@murmuration/service-kit/subgraph';
import type DataLoader from 'dataloader';
import type { DetailedPost } from '../posts/repository.ts';
import { type AuthorCount, type AuthoredPost, findAuthorCounts, findAuthorPages } from './repository.ts';

export interface AuthorLoaders {
  authorCounts: DataLoader<bigint, AuthorCount | null>;
  authorPages: DataLoader<PageKey, AuthoredPost[]>;
}

export function createAuthorLoaders(
  database: PostDatabase,
  viewerId: bigint | null,
  learn: (row: DetailedPost) => void,
): AuthorLoaders {
  return {
    authorCounts: createLoader(
      (ids: bigint[]) => findAuthorCounts(database, ids),
      (row) => row.authorId,
    ),
    authorPages: createPageLoader('newest', async (request) => {
      const rows = await findAuthorPages(database, viewerId, request);
      rows.forEach(learn);
      return rows;
    }),
  };
}
