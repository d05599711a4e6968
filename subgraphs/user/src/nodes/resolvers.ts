import type { Resolvers } from '../generated/resolvers.ts';
import { readNode, readNodes } from './stubs.ts';

export const nodeResolvers = {
  Query: {
    node: (_root, { id }, context) => readNode(['id'], id, context),
    nodes: (_root, { ids }, context) => readNodes(ids, context),
  },
} satisfies Resolvers;
