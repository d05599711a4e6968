import { setTimeout as sleep } from 'node:timers/promises';
import type { PostDatabase } from '@murmuration/prisma/post';
import { type Logger, watchChore } from '@murmuration/service-kit';
import { refoldTags } from '../hashtags/refold.ts';
import { forgetOldKeys, makePartitions } from './upkeep.ts';
import { rollUpCounts } from './roll-up.ts';

export const housekeepingLimits = {
  rollUpEveryMs: 2_000,
  upkeepEveryMs: 3_600_000,
} as const;

/**
 * Keeps the tables in shape: deltas become counts, old idempotency keys go, partitions are there in time.
 * Any number of processes may do it at once; a failure is logged and tried again in the next round.
 */
export function startHousekeeping(database: PostDatabase, logger: Logger): { stop(): Promise<void> } {
  const abort = new AbortController();
  const every = async (name: string, intervalMs: number, run: () => Promise<unknown>) => {
    const noteSuccess = watchChore(name);
    while (!abort.signal.aborted) {
      await run()
        .then(noteSuccess)
        .catch((error: unknown) => logger.error({ err: error, task: name }, 'housekeeping failed'));
      await sleep(intervalMs, undefined, { signal: abort.signal, ref: false }).catch(() => undefined);
    }
  };
  const loops = [
    every('roll up counts', housekeepingLimits.rollUpEveryMs, () => rollUpCounts(database)),
    every('forget idempotency keys', housekeepingLimits.upkeepEveryMs, () => forgetOldKeys(database)),
    every('fold hashtags anew', housekeepingLimits.upkeepEveryMs, () => refoldTags(database)),
    every('make partitions', housekeepingLimits.upkeepEveryMs, () => makePartitions(database)),
  ];
  return {
    async stop() {
      abort.abort();
      await Promise.all(loops);
    },
  };
}
