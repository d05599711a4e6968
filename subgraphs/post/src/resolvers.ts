import { authorResolvers } from './authors/resolvers.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { hashtagResolvers } from './hashtags/resolvers.ts';
import { liveResolvers } from './live/resolvers.ts';
import { postResolvers } from './posts/resolvers.ts';
import { reactionResolvers } from './reactions/resolvers.ts';
import { threadResolvers } from './threads/resolvers.ts';

const concerns = [
  postResolvers,
  reactionResolvers,
  threadResolvers,
  authorResolvers,
  hashtagResolvers,
  liveResolvers,
];

/** All concerns' resolvers as one map; several of them add fields to `Post`. */
export const resolvers = mergeByType(concerns);

function mergeByType(maps: readonly Omit<Resolvers, 'Subscription'>[]): Record<string, unknown> {
  const merged: Record<string, object> = {};
  for (const map of maps) {
    for (const [type, fields] of Object.entries(map)) merged[type] = { ...merged[type], ...fields };
  }
  return merged;
}
