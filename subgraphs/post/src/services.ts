import type { InternalKey } from '@murmuration/config';
import { createPositionTeller, type PositionTeller } from '@murmuration/events';
import type { PostDatabase } from '@murmuration/prisma/post';
import { createRelationships } from '@murmuration/relationships';
import type { InternalClient, Logger, RedisCache } from '@murmuration/service-kit';
import { createFeedHint } from './internal/hint.ts';
import { createImportService, type ImportService } from './import/service.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { createHandleResolver, type HandleResolver } from './posts/mentions.ts';

export interface Dependencies {
  database: PostDatabase;
  redis: RedisCache;
  user: Pick<InternalClient, 'call'>;
  /** The first signs the positions of writes. */
  keys: readonly [InternalKey, ...InternalKey[]];
  logger: Logger;
}

/** What lives as long as the process and is shared by all requests. */
export interface Services {
  database: PostDatabase;
  resolveHandles: HandleResolver;
  /** Tells readers of the event feed that there is something new. Call it after the commit. */
  hint(): void;
  tellPosition: PositionTeller;
  createLoaders(viewerId: bigint | null): Loaders;
  /** For seeds and moves from elsewhere; no mutation gets here. */
  imports: ImportService;
}

export function createServices({ database, redis, user, keys }: Dependencies): Services {
  const relationships = createRelationships({ redis, user });
  const resolveHandles = createHandleResolver(user);
  return {
    database,
    resolveHandles,
    imports: createImportService(database, resolveHandles),
    hint: createFeedHint(redis),
    tellPosition: createPositionTeller('post', keys),
    createLoaders: (viewerId) => createLoaders(database, relationships, viewerId),
  };
}
