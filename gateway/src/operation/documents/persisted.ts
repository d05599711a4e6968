import type { RedisCache } from '@murmuration/service-kit';
import { LRUCache } from 'lru-cache';
import { hashOf } from './hash.ts';

export const persistedLimits = { bytes: 16 * 1024 * 1024, keptSeconds: 24 * 60 * 60 } as const;

/** Texts of automatic persisted queries by their hash. */
export interface PersistedTexts {
  find(hash: string): Promise<string | undefined>;
  keep(hash: string, text: string): Promise<void>;
}

/**
 * In this process, and in Redis for the other replicas. Losing either costs a client one more round trip, never an
 * error; what Redis holds under a hash that is not its own is nobody's document.
 */
export function createPersistedTexts(redis: RedisCache | undefined): PersistedTexts {
  const near = new LRUCache<string, string>({
    maxSize: persistedLimits.bytes,
    sizeCalculation: (text, hash) => 2 * (text.length + hash.length),
  });
  const farKey = (hash: string) => {
    const namespace = redis?.namespace();
    return namespace ? `${namespace}apq:${hash}` : undefined;
  };
  return {
    async find(hash) {
      const known = near.get(hash);
      if (known !== undefined) return known;
      const far = farKey(hash);
      const text = far && (await redis?.client.get(far).catch(() => null));
      if (!text || hashOf(text) !== hash) return undefined;
      near.set(hash, text);
      return text;
    },
    async keep(hash, text) {
      if (near.get(hash) === text) return;
      near.set(hash, text);
      const far = farKey(hash);
      if (far) await redis?.client.set(far, text, 'EX', persistedLimits.keptSeconds).catch(() => null);
    },
  };
}
