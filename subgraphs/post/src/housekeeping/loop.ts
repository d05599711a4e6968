import type { PostDatabase } from '@murmuration/prisma/post';
import { type Logger, startChores } from '@murmuration/service-kit';
import { refoldTags } from '../hashtags/refold.ts';
import { eraseAll } from '../erasure/erase.ts';
import { forgetOldKeys, makePartitions } from './upkeep.ts';
import type { TrendKeeper } from '../trends/trends.ts';
import { trendLimits } from '../trends/limits.ts';
import { rollUpCounts } from './roll-up.ts';

export const housekeepingLimits = {
  rollUpEveryMs: 2_000,
  upkeepEveryMs: 3_600_000,
  eraseEveryMs: 5_000,
} as const;

/**
 * Keeps the tables in shape: deltas become counts, who was erased goes, old idempotency keys go, partitions are there in time. And
 * counts the trends.
 * @param erasing by which what people did is taken back, as they would have themselves
 */
export function startHousekeeping(
  database: PostDatabase,
  trends: Pick<TrendKeeper, 'refresh'>,
  logger: Logger,
  erasing: PostDatabase = database,
): { stop(): Promise<void> } {
  const { eraseEveryMs, rollUpEveryMs, upkeepEveryMs: everyMs } = housekeepingLimits;
  return startChores(
    [
      { name: 'roll up counts', everyMs: rollUpEveryMs, run: () => rollUpCounts(database) },
      { name: 'erase who is gone', everyMs: eraseEveryMs, run: (signal) => eraseAll(erasing, signal) },
      { name: 'count trends', everyMs: trendLimits.everyMs, run: () => trends.refresh(database) },
      { name: 'forget idempotency keys', everyMs, run: () => forgetOldKeys(database) },
      { name: 'fold hashtags anew', everyMs, run: () => refoldTags(database) },
      { name: 'make partitions', everyMs, run: () => makePartitions(database) },
    ],
    logger,
  );
}
