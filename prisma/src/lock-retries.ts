import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationLimits } from './migration-limits.ts';

/** lock_not_available and deadlock_detected: somebody held what was needed, and nothing was changed. */
const contended = new Set(['55P03', '40P01']);

/**
 * Runs what takes a lock again, with pauses that double, as long as a lock is what stands in its way.
 * @throws the last refusal when all attempts met a held lock; anything else at once
 */
export async function withLockRetries<Result>(
  run: () => Promise<Result>,
  limits: Pick<MigrationLimits, 'lockAttempts' | 'lockPauseMs'>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (!contended.has(code) || attempt >= limits.lockAttempts) throw error;
      await sleep(limits.lockPauseMs * 2 ** (attempt - 1));
    }
  }
}
