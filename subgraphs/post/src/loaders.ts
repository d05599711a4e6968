import type { PostDatabase } from '@murmuration/prisma/post';
import type { Relationships } from '@murmuration/relationships';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import { type AuthorLoaders, createAuthorLoaders } from './authors/loaders.ts';
import { createHashtagLoaders, type HashtagLoaders } from './hashtags/loaders.ts';
import { createLikeLoaders, type LikeLoaders } from './likes/loaders.ts';
import { createPostLoaders, type PostLoaders, type ReadGrant } from './posts/loaders.ts';
import { createPollLoaders, type PollLoaders } from './polls/loaders.ts';
import { createReactionLoaders, type ReactionLoaders } from './reactions/loaders.ts';
import { createThreadLoaders, type ThreadLoaders } from './threads/loaders.ts';

export interface Loaders
  extends PostLoaders,
    ThreadLoaders,
    AuthorLoaders,
    ReactionLoaders,
    PollLoaders,
    LikeLoaders,
    HashtagLoaders {}

/** Who asks, with what was already loaded for them: what a service gets that reads through it. */
export interface Asker extends RequestContext {
  /** Replaced after each mutation of a request, since what they remember may have changed. */
  loaders: Loaders;
}

/** All loaders of one request and one viewer. */
export function createLoaders(
  database: PostDatabase,
  relationships: Relationships,
  viewerId: bigint | null,
  readGrant: ReadGrant = () => null,
): Loaders {
  const posts = createPostLoaders(database, relationships, viewerId, readGrant);
  return {
    ...posts,
    ...createThreadLoaders(database),
    ...createAuthorLoaders(database, viewerId, posts.learn),
    ...createReactionLoaders(database),
    ...createPollLoaders(database, viewerId),
    ...createLikeLoaders(database),
    ...createHashtagLoaders(database),
  };
}
