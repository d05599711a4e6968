import type { PostDatabase } from '@murmuration/prisma/post';
import type { Relationships } from '@murmuration/relationships';
import { type AuthorLoaders, createAuthorLoaders } from './authors/loaders.ts';
import { createPostLoaders, type PostLoaders } from './posts/loaders.ts';
import { createThreadLoaders, type ThreadLoaders } from './threads/loaders.ts';

export interface Loaders extends PostLoaders, ThreadLoaders, AuthorLoaders {}

/** All loaders of one request and one viewer. */
export function createLoaders(
  database: PostDatabase,
  relationships: Relationships,
  viewerId: bigint | null,
): Loaders {
  return {
    ...createPostLoaders(database, relationships, viewerId),
    ...createThreadLoaders(database),
    ...createAuthorLoaders(database, viewerId),
  };
}
