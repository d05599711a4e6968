import { randomBytes } from 'node:crypto';
import type { RedisCache } from '@murmuration/service-kit';
import { relationKey, relationLeaseMs } from './keys.ts';
import type { Relation } from './relation.ts';

/**
 * `user`'s side of the cache. The order of the steps is the protocol: the lease opens before SQL reads, so
 * that a change committed after the read has removed the lease and the late answer is not stored.
 */
export interface RelationLeases {
  /** Opens, or joins, the viewer's lease. Null when Redis cannot be used: then nothing will be stored. */
  open(viewerId: bigint): Promise<Lease | null>;
  /** Stores what SQL said, unless the lease was revoked or ran out meanwhile. */
  store(lease: Lease, relations: ReadonlyMap<bigint, Relation>): Promise<void>;
  /**
   * Forgets all about these viewers. Call it after the change committed and before it is acknowledged.
   * @returns false when Redis did not answer; the caller then waits {@link relationLeaseMs} if the change
   *   takes sight away
   */
  revoke(viewerIds: readonly bigint[]): Promise<boolean>;
}

export interface Lease {
  key: string;
  generation: string;
}

const openScript = `
local found = redis.call('HGET', KEYS[1], 'gen')
if found then return found end
redis.call('HSET', KEYS[1], 'gen', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return ARGV[1]`;

const storeScript = `
if redis.call('HGET', KEYS[1], 'gen') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1`;

export function createRelationLeases(redis: RedisCache): RelationLeases {
  return {
    async open(viewerId) {
      const namespace = redis.namespace();
      if (namespace === null) return null;
      const key = relationKey(namespace, viewerId);
      const mine = randomBytes(9).toString('base64url');
      try {
        const found = await redis.client.eval(openScript, 1, key, mine, relationLeaseMs);
        return { key, generation: String(found) };
      } catch {
        return null;
      }
    },

    async store(lease, relations) {
      if (relations.size === 0) return;
      const pairs = [...relations].flatMap(([authorId, bits]) => [authorId.toString(), bits]);
      try {
        await redis.client.eval(storeScript, 1, lease.key, lease.generation, ...pairs);
      } catch {
        // Not stored is only slower.
      }
    },

    async revoke(viewerIds) {
      const namespace = redis.namespace();
      if (namespace === null) return false;
      try {
        await Promise.all(viewerIds.map((viewerId) => redis.client.del(relationKey(namespace, viewerId))));
        return true;
      } catch {
        return false;
      }
    },
  };
}
