import type { PostDatabase } from '@murmuration/prisma/post';
import { type Logger, startChores } from '@murmuration/service-kit';
import { refoldTags } from '../hashtags/refold.ts';
import { forgetOldKeys, makePartitions } from './upkeep.ts';
import { rollUpCounts } from './roll-up.ts';

export const housekeepingLimits = { rollUpEveryMs: 2_000, upkeepEveryMs: 3_600_000 } as const;

/** Keeps the tables in shape: deltas become counts, old idempotency keys go, partitions are there in time. */
export function startHousekeeping(database: PostDatabase, logger: Logger): { stop(): Promise<void> } {
  const { rollUpEveryMs, upkeepEveryMs: everyMs } = housekeepingLimits;
  return startChores(
    [
      { name: 'roll up counts', everyMs: rollUpEveryMs, run: () => rollUpCounts(database) },
      { name: 'forget idempotency keys', everyMs, run: () => forgetOldKeys(database) },
      { name: 'fold hashtags anew', everyMs, run: () => refoldTags(database) },
      { name: 'make partitions', everyMs, run: () => makePartitions(database) },
    ],
    logger,
  );
}
