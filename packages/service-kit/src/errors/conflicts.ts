import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseConflict } from './outage.ts';

export const conflictLimits = {
  /** How often a transaction is tried that others' locks or changes end. */
  tries: 5,
  /** The longest pause before the second; twice as long before each further one. */
  firstPauseMs: 10,
} as const;

/**
 * Runs a transaction, a single statement for one, and runs it again when the server ended it in favour of another
 * one: nothing of it was done then.
 * @throws what it failed by, a conflict only after the last try
 */
export async function retryConflicts<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === conflictLimits.tries || isDatabaseConflict(error) !== 'ended') throw error;
      await sleep(conflictLimits.firstPauseMs * 2 ** (attempt - 1) * Math.random());
    }
  }
}
