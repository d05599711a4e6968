import { createPool, type PoolOptions } from '@murmuration/postgres';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';

export interface ClientOptions extends Pick<PoolOptions, 'url' | 'poolSize' | 'applicationName'> {
  /** Handed the pool, for metrics. */
  onPool?: (pool: pg.Pool) => void;
  /** Called for every statement sent, for metrics and tests. */
  onStatement?: (statement: { sql: string; durationMs: number }) => void;
}

/** The driver adapter of every client here: bounded pool, bounded statements, bounded waits. */
export function createAdapter({ onPool, onStatement: _onStatement, ...options }: ClientOptions): PrismaPg {
  const pool = createPool(options);
  onPool?.(pool);
  return new PrismaPg(pool, { disposeExternalPool: true });
}
