import pg from 'pg';
import { bigintTypes } from './bigint-types.ts';
import { onStatements } from './on-statements.ts';

/** What bounds every pool of a service and every session in it. */
export const poolLimits = {
  poolSize: 10,
  connectionTimeoutMs: 5_000,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 5_000,
  idleInTransactionMs: 10_000,
  /** A transaction that never ends would hold the horizon of every event feed of its cluster. */
  transactionTimeoutMs: 30_000,
} as const;

export interface PoolOptions {
  url: string;
  /** Connections at most; the sum over all processes must stay below the server's max_connections. */
  poolSize?: number;
  /** Name shown in pg_stat_activity. */
  applicationName?: string;
  /** Statements are sent without waiting for those before: what {@link createLanes} needs. */
  isPipelined?: boolean;
  /** Plans are made once for all values: over many partitions planning costs more than it gains. */
  plansOnce?: boolean;
  /** `bigint` columns come as text, the driver's own way: for libraries that count on it. */
  bigintsAsText?: boolean;
  /** A connection is given out for the first time once this has ended. */
  onConnect?: (client: pg.ClientBase) => Promise<void>;
  /** An idle connection broke. It is replaced at the next use. */
  onError?: (error: Error) => void;
  /** Called for every statement answered, for metrics. */
  onStatement?: (statement: { durationMs: number }) => void;
}

/** A pool of bounded sessions, whose `bigint` columns are bigints unless told otherwise. The caller ends it. */
export function createPool(options: PoolOptions): pg.Pool {
  const { onConnect, onStatement } = options;
  const settings = [`-c transaction_timeout=${poolLimits.transactionTimeoutMs}`];
  if (options.plansOnce) settings.push('-c plan_cache_mode=force_generic_plan');
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? poolLimits.poolSize,
    pipeline: options.isPipelined ?? false,
    connectionTimeoutMillis: poolLimits.connectionTimeoutMs,
    statement_timeout: poolLimits.statementTimeoutMs,
    lock_timeout: poolLimits.lockTimeoutMs,
    idle_in_transaction_session_timeout: poolLimits.idleInTransactionMs,
    keepAlive: true,
    application_name: options.applicationName,
    options: settings.join(' '),
    ...(!options.bigintsAsText && { types: bigintTypes }),
    ...(onConnect && { onConnect }),
  });
  // Without a listener a broken idle connection would end the process.
  pool.on('error', (error) => options.onError?.(error));
  // The pool listens to idle connections and whoever borrows one to theirs. Between the two nobody does: one that is
  // handed on while a goodbye of the server is read in the same chunk would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  if (onStatement) pool.on('connect', (client) => onStatements(client, onStatement));
  return pool;
}
