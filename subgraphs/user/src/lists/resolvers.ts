import type { Resolvers } from '../generated/resolvers.ts';
import { readOwnList, readPublicList } from './service.ts';

export const listResolvers: Resolvers = {
  User: {
    followers: (person, args, context) => readPublicList('followers', person, args, context),
    following: (person, args, context) => readPublicList('following', person, args, context),
    followRequests: (person, args, context) => readOwnList('followRequests', person, args, context),
    blockedUsers: (person, args, context) => readOwnList('blockedUsers', person, args, context),
    mutedUsers: (person, args, context) => readOwnList('mutedUsers', person, args, context),
  },
  UserEdge: {
    node: (edge, _args, context) => (edge.node === null ? null : context.loaders.people.load(edge.node)),
  },
};
