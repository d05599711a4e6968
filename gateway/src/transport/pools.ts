import { Pool } from 'undici';

export const poolLimits = {
  /** Shorter than the idle time of Node's own HTTP server, or a reused connection meets a closed one. */
  keepAliveMs: 4_000,
  connectMs: 1_000,
  answerBytes: 64 * 1024 * 1024,
} as const;

export interface Pools {
  /** The pool of connections to the origin of a URL. */
  poolOf(url: URL): Pool;
  close(): Promise<void>;
}

/** One keep-alive pool an origin, made at first use. */
export function createPools(options: { connections: number }): Pools {
  const pools = new Map<string, Pool>();
  return {
    poolOf({ origin }) {
      const known = pools.get(origin);
      if (known) return known;
      const pool = new Pool(origin, {
        connections: options.connections,
        pipelining: 1,
        keepAliveTimeout: poolLimits.keepAliveMs,
        connect: { timeout: poolLimits.connectMs },
        maxResponseSize: poolLimits.answerBytes,
      });
      pools.set(origin, pool);
      return pool;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
