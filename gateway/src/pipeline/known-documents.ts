import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { EdgeContext } from '../context.ts';
import { treeBytes } from './document-store.ts';

export const knownLimits = { bytes: 16 * 1024 * 1024 } as const;

/** A document that Apollo Server has parsed and validated. */
export interface KnownDocument {
  source: string;
  queryHash: string;
  document: DocumentNode;
  /** What it was validated against: with another schema it is not known. */
  schema: GraphQLSchema;
  /** As Apollo Server makes them; each request gets a copy. */
  cachePolicy: GraphQLRequestContext<EdgeContext>['overallCachePolicy'];
}

export interface KnownDocuments {
  plugin: ApolloServerPlugin<EdgeContext>;
  /** By its text, or by the hash it was once asked under. */
  find(textOrHash: string): KnownDocument | undefined;
}

/** Remembers what Apollo Server let through, by what clients send. */
export function createKnownDocuments(): KnownDocuments {
  const known = new LRUCache<string, KnownDocument>({
    maxSize: knownLimits.bytes,
    sizeCalculation: ({ source }, key) => 2 * key.length + treeBytes * source.length,
  });
  const plugin: ApolloServerPlugin<EdgeContext> = {
    async requestDidStart() {
      return {
        async didResolveOperation({ request, source, queryHash, document, schema, overallCachePolicy }) {
          const cachePolicy = { ...overallCachePolicy };
          known.set(request.query ?? queryHash, { source, queryHash, document, schema, cachePolicy });
        },
      };
    },
  };
  return { plugin, find: (textOrHash) => known.get(textOrHash) };
}
