import type { ApolloServerPlugin } from '@apollo/server';
import { LRUCache } from 'lru-cache';
import type { EdgeContext } from '../context.ts';
import type { WarmDocument } from '../planning/types.ts';

export const hotLimits = { documents: 200, longestDocument: 20_000 } as const;

export interface HotDocuments {
  plugin: ApolloServerPlugin<EdgeContext>;
  documents(): Iterable<WarmDocument>;
}

/** Remembers the operations used last, so that a new supergraph has planned them before it takes traffic. */
export function createHotDocuments(): HotDocuments {
  const recent = new LRUCache<string, WarmDocument>({ max: hotLimits.documents });
  const plugin: ApolloServerPlugin<EdgeContext> = {
    async requestDidStart() {
      return {
        async didResolveOperation({ queryHash, source, request }) {
          const name = request.operationName;
          const key = `${queryHash} ${name ?? ''}`;
          if (recent.get(key) || source.length > hotLimits.longestDocument) return;
          recent.set(key, { query: source, ...(name ? { operationName: name } : {}) });
        },
      };
    },
  };
  return { plugin, documents: () => recent.values() };
}
