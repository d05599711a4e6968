import pg from 'pg';
import { readinessLimits } from '../http/readiness.ts';

/**
 * Asks a database whether it answers, on a connection of its own: in the pool of the requests the question would
 * wait behind them, and a busy process would look like one without a database.
 */
export function createDatabaseCheck(
  connectionString: string,
  service: string,
): { check(): Promise<void>; close(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    application_name: `${service} readiness`,
    connectionTimeoutMillis: readinessLimits.lookMs,
    query_timeout: readinessLimits.lookMs,
    idleTimeoutMillis: 5 * readinessLimits.everyMs,
  });
  pool.on('error', () => undefined); // the next look says so
  return {
    check: async () => void (await pool.query('SELECT 1')),
    close: () => pool.end(),
  };
}
