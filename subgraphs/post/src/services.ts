import type { PostDatabase } from '@murmuration/prisma/post';
import { createRelationships } from '@murmuration/relationships';
import type { InternalClient, Logger, RedisCache } from '@murmuration/service-kit';
import { createFeedHint } from './feed-hint.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { createHandleResolver, type HandleResolver } from './posts/mentions.ts';

export interface Dependencies {
  database: PostDatabase;
  redis: RedisCache;
  user: Pick<InternalClient, 'call'>;
  logger: Logger;
}

/** What lives as long as the process and is shared by all requests. */
export interface Services {
  database: PostDatabase;
  resolveHandles: HandleResolver;
  /** Tells readers of the event feed that there is something new. Call it after the commit. */
  hint(): void;
  createLoaders(viewerId: bigint | null): Loaders;
}

export function createServices({ database, redis, user }: Dependencies): Services {
  const relationships = createRelationships({ redis, user });
  return {
    database,
    resolveHandles: createHandleResolver(user),
    hint: createFeedHint(redis),
    createLoaders: (viewerId) => createLoaders(database, relationships, viewerId),
  };
}
