import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

export interface ClientOptions {
  url: string;
  /** Connections at most; the sum over all processes must stay below the server's max_connections. */
  poolSize?: number;
  /** Name shown in pg_stat_activity. */
  applicationName?: string;
  /** Handed the pool, for metrics. */
  onPool?: (pool: pg.Pool) => void;
  /** Called for every statement sent, for metrics and tests. */
  onStatement?: (statement: { sql: string; durationMs: number }) => void;
}

export const clientPoolDefaults = {
  poolSize: 10,
  connectionTimeoutMs: 5_000,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 5_000,
  /** A transaction that never ends would hold the horizon of every event feed of its cluster. */
  transactionTimeoutMs: 30_000,
} as const;

/** The driver adapter of every client here: bounded pool, bounded statements, bounded waits. */
export function createAdapter(options: ClientOptions): PrismaPg {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? clientPoolDefaults.poolSize,
    connectionTimeoutMillis: clientPoolDefaults.connectionTimeoutMs,
    statement_timeout: clientPoolDefaults.statementTimeoutMs,
    lock_timeout: clientPoolDefaults.lockTimeoutMs,
    idle_in_transaction_session_timeout: clientPoolDefaults.statementTimeoutMs,
    application_name: options.applicationName,
    options: `-c transaction_timeout=${clientPoolDefaults.transactionTimeoutMs}`,
  });
  options.onPool?.(pool);
  return new PrismaPg(pool, { disposeExternalPool: true });
}
