import { createPool, type PoolOptions } from './pool.ts';
import type { PreparedStatement } from './prepared-reads.ts';

/** Runs the statements that write: each is a transaction by itself, durable when it is answered. */
export interface PreparedWrites {
  /** @throws what the server says; nothing is written then */
  query<Row extends object>(statement: PreparedStatement, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

interface WriteOptions extends Pick<PoolOptions, 'url' | 'poolSize' | 'applicationName'> {
  /** Called for every statement answered, for metrics and tests. */
  onStatement?: (statement: { sql: string; durationMs: number }) => void;
  /** Handed the pool, for metrics. */
  onPool?: (pool: ReturnType<typeof createPool>) => void;
}

/**
 * A way past the ORM for mutations that are one statement: it has them parsed and planned each time, and planning a
 * post with all that moves with it took Postgres 2.2 ms where running it takes 0.3. A pool of its own, since plans
 * are made once only there, and each statement alone on its connection: one may wait for a lock of another.
 */
export function createPreparedWrites({ onPool, onStatement, ...options }: WriteOptions): PreparedWrites {
  const pool = createPool({
    ...options,
    plansOnce: true,
    applicationName: `${options.applicationName ?? 'murmuration'} writes`,
  });
  onPool?.(pool);
  return {
    async query<Row extends object>({ name, text }: PreparedStatement, values: readonly unknown[]) {
      const startedAtMs = performance.now();
      try {
        return (await pool.query<Row>({ name, text, values: [...values] })).rows;
      } finally {
        onStatement?.({ sql: text, durationMs: performance.now() - startedAtMs });
      }
    },
    close: () => pool.end(),
  };
}
