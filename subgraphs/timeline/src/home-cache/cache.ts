import { randomBytes } from 'node:crypto';
import type { RedisCache } from '@murmuration/service-kit';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { Range } from '../belonging/range.ts';
import { bucketPrefix, readerKeys } from './keys.ts';
import { createScripts } from './scripts.ts';

export interface CachedPart {
  epoch: string;
  /** The Redis it is of. */
  namespace: string;
  /** The log's head when it was made. */
  seq: bigint;
  /** The list is complete for ids from here up; 0 when it holds all there is. */
  floor: bigint;
  ids: bigint[];
}

/** An entry for the lists of some readers. */
export interface Push {
  entryId: bigint;
  seq: bigint;
  /** Their ids in decimal, separated by commas: as Postgres joins them and the script takes them apart. */
  readers: string;
}

export interface Selection {
  epoch: string;
  /** The log's head in the snapshot of the selection. */
  head: bigint;
  /** Newest first. */
  ids: readonly bigint[];
}

/** The cached lists. Everything here may fail: whoever reads goes to Postgres then. */
export interface HomeCache {
  /** Null while Redis cannot be used. */
  namespace(): string | null;
  read(readerId: bigint, range: Range, count: number): Promise<CachedPart | null>;
  /** Begins a rebuild, before the selection, unless there is a list of this epoch. */
  open(readerId: bigint, epoch: string): Promise<Opened>;
  /** Ends it; false when it was no longer the caller's, and then nothing was stored. */
  store(readerId: bigint, token: string, selection: Selection): Promise<boolean>;
  /**
   * All pushes must be of one bucket.
   * @throws CacheAway when the Redis in use is not that of `namespace` any more
   */
  push(namespace: string, bucket: number, pushes: readonly Push[]): Promise<void>;
  forget(readerIds: readonly bigint[]): Promise<void>;
}

/** `warm`: others were quicker. `busy`: another rebuild is open. */
export type Opened = { status: 'opened'; token: string } | { status: 'warm' } | { status: 'busy' };

export class CacheAway extends Error {
  override readonly name = 'CacheAway';
}

/** What Redis answers when it could not do anything else either: full, not a primary, loading, not allowed. */
const stateOfRedis =
  /^(OOM|READONLY|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|BUSY|CLUSTERDOWN|TRYAGAIN|NOAUTH|NOPERM|WRONGPASS)\b/;

/** Whether something failed because of Redis as a whole, and not because of what it was asked. */
export function isCachesFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof CacheAway) return true;
  if (error.name === 'ReplyError') return stateOfRedis.test(error.message);
  return /^(Connection is closed|Command timed out|Stream isn't writeable)/.test(error.message);
}

export function createHomeCache(redis: RedisCache, limits: TimelineLimits = timelineLimits): HomeCache {
  const run = createScripts(redis);
  const keysOf = (readerId: bigint) => readerKeys(usable(), readerId);

  function usable(): string {
    const namespace = redis.namespace();
    if (namespace === null) throw new CacheAway('Redis is away');
    return namespace;
  }

  return {
    namespace: () => redis.namespace(),

    async read(readerId, range, count) {
      const namespace = usable();
      const { list, header } = readerKeys(namespace, readerId);
      const answer = await run(
        'read',
        [list, header],
        [range.low, range.high, count, range.order, limits.cacheTtlMs].map(String),
      );
      if (!Array.isArray(answer)) return null;
      const [epoch = '', floor = '0', seq = '0', ...ids] = answer.map(String);
      return { epoch, namespace, seq: BigInt(seq), floor: BigInt(floor), ids: ids.map(BigInt) };
    },

    async open(readerId, epoch) {
      const token = `t${randomBytes(9).toString('base64url')}`;
      const { build, header } = keysOf(readerId);
      const opened = await run('open', [build, header], [token, String(limits.buildTtlMs), epoch]);
      if (opened === 1) return { status: 'opened', token };
      return { status: opened === 2 ? 'warm' : 'busy' };
    },

    async store(readerId, token, { epoch, head, ids }) {
      const { list, header, build } = keysOf(readerId);
      const floor = ids.length < limits.cachedEntries ? 0n : (ids.at(-1) ?? 0n);
      const values = [token, epoch, head, floor, Date.now(), limits.cachedEntries, limits.cacheTtlMs, ...ids];
      return (await run('store', [list, header, build], values.map(String))) === 1;
    },

    async push(namespace, bucket, pushes) {
      if (usable() !== namespace) throw new CacheAway('Redis is another one now');
      const prefix = bucketPrefix(namespace, bucket);
      const parts = pushes.flatMap(({ entryId, seq, readers }) => [entryId, seq, readers]);
      const values = [prefix, limits.cachedEntries, limits.cacheSlack, ...parts];
      await run('push', [prefix], values.map(String));
    },

    async forget(readerIds) {
      await Promise.all(
        readerIds.map((readerId) => {
          const { list, header, build } = keysOf(readerId);
          return redis.client.del(list, header, build);
        }),
      );
    },
  };
}
