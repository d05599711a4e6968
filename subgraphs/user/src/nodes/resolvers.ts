import type { Resolvers } from '../generated/resolvers.ts';
import { readNode, readNodes } from './stubs.ts';

/** Values of abstract types say in `__typename` what they are. */
export const nodeResolvers: Resolvers = {
  Query: {
    node: (_root, { id }, context) => readNode('id', id, context),
    nodes: (_root, { ids }, context) => readNodes(ids, context),
  },
};
