import { encodeId } from '@murmuration/ids';
import type { Resolvers } from '../generated/resolvers.ts';
import { readKnownFollowers, readPublicList } from './service.ts';

export const listResolvers = {
  User: {
    followers: (person, args) => readPublicList('followers', person, args),
    following: (person, args) => readPublicList('following', person, args),
    knownFollowers: (person, args) => readKnownFollowers(person, args),
  },
  UserEdge: {
    node: ({ node }) => (node === null ? null : node.view.people.load(node.id)),
    stub: ({ node }) => (node?.isDecided ? { id: encodeId('User', node.id), handle: node.handle } : null),
  },
} satisfies Resolvers;
