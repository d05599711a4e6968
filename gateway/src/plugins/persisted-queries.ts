import type { ApolloServerOptions } from '@apollo/server';
import type { RedisCache } from '@murmuration/service-kit';
import { LRUCache } from 'lru-cache';
import type { TrustedDocuments } from './trusted-documents.ts';

type PersistedQueries = Exclude<NonNullable<ApolloServerOptions<never>['persistedQueries']>, false>;
type Cache = NonNullable<PersistedQueries['cache']>;

export const persistedLimits = { bytes: 16 * 1024 * 1024, keptSeconds: 24 * 60 * 60 } as const;

/**
 * Texts of automatic persisted queries: in this process, and in Redis for the other replicas. Losing either
 * costs a client one more round trip, never an error. Trusted documents are found by their hash too.
 */
export function persistedQueries(
  documents: TrustedDocuments,
  redis: RedisCache | undefined,
): PersistedQueries {
  const near = new LRUCache<string, string>({
    maxSize: persistedLimits.bytes,
    sizeCalculation: (text, key) => 2 * (text.length + key.length),
  });
  const farKey = (key: string) => {
    const namespace = redis?.namespace();
    return namespace ? `${namespace}${key}` : undefined;
  };
  const cache: Cache = {
    async get(key) {
      const trusted = documents.textOf(key.replace(/^apq:/, ''));
      const known = trusted ?? near.get(key);
      if (known !== undefined) return known;
      const far = farKey(key);
      const text = far && (await redis?.client.get(far).catch(() => null));
      if (text) near.set(key, text);
      return text || undefined;
    },
    async set(key, text) {
      near.set(key, text);
      const far = farKey(key);
      if (far) await redis?.client.set(far, text, 'EX', persistedLimits.keptSeconds).catch(() => null);
    },
    async delete(key) {
      return near.delete(key);
    },
  };
  return { cache };
}
