import type { PostDatabase } from '@murmuration/prisma/post';
import type { Relationships } from '@murmuration/relationships';
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
