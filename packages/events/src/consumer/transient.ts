import { isDatabaseOutage } from '@murmuration/service-kit';
import type pg from 'pg';

/**
 * SQLSTATEs that speak of others at work, never of the statement's content: conflicts, waits for a lock, idle too
 * long, and a server so slow that a statement or transaction ran out of time.
 */
const ofOthers = /^(?:40...|55P03|25P03|25P04|57014)$/;
const outOfTime = /^(?:57014|25P04)$/;

/** Whether a smaller step may do what this one could not. */
export function isOutOfTime(error: unknown): boolean {
  return error instanceof Error && 'code' in error && outOfTime.test(String(error.code));
}

/**
 * Whether a failure says nothing about the event: then it is tried again for ever instead of being put
 * aside. In doubt the database is asked whether it is there at all.
 */
export async function isTransient(error: unknown, pool: pg.Pool): Promise<boolean> {
  if (isDatabaseOutage(error)) return true;
  if (error instanceof Error && 'code' in error && ofOthers.test(String(error.code))) return true;
  try {
    await pool.query('SELECT 1');
    return false;
  } catch {
    return true;
  }
}
