import type { PostDatabase } from '@murmuration/prisma/post';
import type { Logger, RedisCache } from '@murmuration/service-kit';
import { countTrends, type TrendSources, type Trends } from './count.ts';
import { decodeTrends, encodeTrends } from './wire.ts';

export interface TrendKeeper {
  /**
   * The trends as they were counted last. Redis holds them for all; where it lost them they are counted anew, once for all who
   * ask this process.
   * @throws GraphQLError `DOWNSTREAM_ERROR` where there are none and nobody can say who is private or hidden
   */
  read(): Promise<Trends>;
  /** Counts them anew where it is time to, for one of all processes: the others find its turn taken. */
  refresh(database: PostDatabase): Promise<void>;
}

/** Keeps the trends: Postgres has what they are made of, Redis what was made last, each process what it read last. */
export function createTrendKeeper(
  options: TrendSources & { redis: RedisCache; logger: Logger },
): TrendKeeper {
  const { limits, logger, redis } = options;
  let held: { trends: Trends; untilMs: number } | null = null;
  let counting: Promise<Trends> | null = null;
  let failed: { error: unknown; untilMs: number } | null = null;

  function hold(trends: Trends, forMs: number): Trends {
    held = { trends, untilMs: performance.now() + forMs };
    return trends;
  }

  async function stored(): Promise<Trends | null> {
    const namespace = redis.namespace();
    if (namespace === null) return null;
    try {
      return decodeTrends(await redis.client.get(keyOf(namespace)));
    } catch {
      return null;
    }
  }

  /** @returns whether the others find them */
  async function store(trends: Trends): Promise<boolean> {
    const namespace = redis.namespace();
    if (namespace === null) return false;
    try {
      await redis.client.set(keyOf(namespace), encodeTrends(trends), 'PX', limits.keptMs);
      return true;
    } catch (error) {
      logger.warn({ err: error }, 'the trends were not stored');
      return false;
    }
  }

  async function count(database: PostDatabase): Promise<Trends> {
    const trends = await countTrends({ ...options, database });
    const isStored = await store(trends);
    // Without Redis each process counts for itself, and no more often than one would for all.
    return hold(trends, isStored ? limits.heldMs : limits.everyMs);
  }

  return {
    async read() {
      if (held && performance.now() < held.untilMs) return held.trends;
      const found = await stored();
      if (found) return hold(found, limits.heldMs);
      // Whoever asks while nobody can tell would have everything counted for nothing.
      if (failed && performance.now() < failed.untilMs) throw failed.error;
      counting ??= count(options.database)
        .catch((error: unknown) => {
          failed = { error, untilMs: performance.now() + limits.heldMs };
          throw error;
        })
        .finally(() => {
          counting = null;
        });
      return counting;
    },

    async refresh(database) {
      const namespace = redis.namespace();
      if (namespace === null) return;
      const turnMs = Math.ceil(limits.everyMs / 2);
      const turn = await redis.client.set(`${keyOf(namespace)}:turn`, '1', 'PX', turnMs, 'NX');
      if (turn !== null) await count(database);
    },
  };
}

function keyOf(namespace: string): string {
  return `${namespace}{trends}`;
}
